/** WITHIN, RFC 5032: messages that are older or younger than so many seconds. */
import { extension, type SearchTerm } from '../extension.ts'
import type { Parser } from '../wire/parser.ts'

/**
 * ( "OLDER" / "YOUNGER" ) SP nz-number (RFC 5032 §3). Both times count as whole seconds, in which clients see them, and
 * both keys match a message that is exactly as old (§2).
 */
function within(is: 'before' | 'since') {
  return (p: Parser): SearchTerm => {
    p.sp()
    const seconds = p.nzNumber()
    return {
      program: ({ now }) => {
        const target = Math.floor(now / 1000) - seconds
        return { key: 'arrival', is, at: (is === 'before' ? target + 1 : target) * 1000 }
      },
      // Between two looks at it, messages of these seconds have become older than that.
      moves: (from, to) => ({
        key: 'and',
        of: [
          { key: 'arrival', is: 'since', at: (Math.floor(from / 1000) - seconds) * 1000 },
          { key: 'arrival', is: 'before', at: (Math.floor(to / 1000) - seconds + 1) * 1000 },
        ],
      }),
    }
  }
}

export const withinKeys = extension({
  rfc: 5032,
  advertise: 'WITHIN',
  searchKeys: { OLDER: within('before'), YOUNGER: within('since') },
})
