/** SEARCH=FUZZY, RFC 6203: what matches more or less, and how relevant it is. */
import { extension, type SearchReturn, type SearchTerm } from '../extension.ts'
import { Bad } from '../problem.ts'

/** search-key =/ "FUZZY" SP search-key; searches that are fuzzy may find something else at any time (RFC 6203 §3). */
const fuzzyKey = (of: SearchTerm): SearchTerm => ({
  program: at => ({ key: 'fuzzy', of: of.program(at) }),
  isScored: true,
  isUntold: true,
})

/** The scores of what the options name, in the order of the result (RFC 6203 §4). */
const relevancy: SearchReturn = {
  async prepare({ store }, { result, named, criteria, mailbox, program }, _, { signal }) {
    if (!criteria.isScored) throw new Bad('RELEVANCY needs FUZZY')
    const scores = await store.messages.relevancy(mailbox, program, named, signal)
    const byUid = new Map<number, number>()
    for (const [at, uid] of named.entries()) byUid.set(uid, scores[at] as number)
    return [...result.uids].flatMap(uid => byUid.get(uid) ?? [])
  },
  write: (w, _, scores) => w.ascii(` RELEVANCY (${(scores as readonly number[]).join(' ')})`),
}

export const fuzzy = extension({
  rfc: 6203,
  advertise: 'SEARCH=FUZZY',
  searchKeys: {
    FUZZY: (p, at) => {
      p.sp()
      return fuzzyKey(at.key(p))
    },
  },
  searchReturns: { RELEVANCY: relevancy },
  sortKeys: { RELEVANCY: 'relevancy' },
})
