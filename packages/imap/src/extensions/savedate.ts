/** SAVEDATE, RFC 8514: when a message came into the mailbox where it is, whatever its INTERNALDATE says. */
import type { DayRelation } from '@lemonade/store'
import { extension, type FetchItem, type SearchTerm } from '../extension.ts'
import { parseDate, printDateTime } from '../wire/date.ts'
import type { Parser } from '../wire/parser.ts'

/** "SAVEDATE" SP date-time; never NIL, for every mailbox here keeps it (RFC 8514 §5). */
const saveDate: FetchItem = {
  name: 'SAVEDATE',
  needs: ['row'],
  write: (w, { row }) => w.ascii('SAVEDATE "').ascii(printDateTime(row.saveDate)).ascii('"'),
}

/** SP date (RFC 8514 §5) */
function saved(is: DayRelation): (p: Parser) => SearchTerm {
  return p => {
    p.sp()
    const day = parseDate(p)
    return { program: () => ({ key: 'save-date', is, day }) }
  }
}

export const savedate = extension({
  rfc: 8514,
  advertise: 'SAVEDATE',
  fetchItems: { SAVEDATE: () => saveDate },
  searchKeys: {
    SAVEDBEFORE: saved('before'),
    SAVEDON: saved('on'),
    SAVEDSINCE: saved('since'),
    SAVEDATESUPPORTED: () => ({ program: () => ({ key: 'all' }) }),
  },
})
