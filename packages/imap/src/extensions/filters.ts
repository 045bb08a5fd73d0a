/** FILTERS, RFC 5466: search criteria that are stored under a name, and the search key that stands for them. */
import { extension, type MetadataRule, type SearchParsing, type SearchTerm } from '../extension.ts'
import { searchKeys } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Session } from '../session.ts'
import { Waits } from '../wire/bad.ts'
import { Parser } from '../wire/parser.ts'

/** Where a filter may be stored, in the order of their precedence (RFC 5466 §3.1). */
const roots = ['/private/filters/values/', '/shared/filters/values/'] as const

/** search-key =/ "FILTER" SP filter-name (RFC 5466 §4) */
function filterKey(p: Parser, at: SearchParsing): SearchTerm {
  p.sp()
  const name = filterName(p)
  // The key implies UTF-8 (§3.1).
  if (!/^(utf-?8|us-ascii)$/i.test(at.charset)) throw new Bad('A filter is UTF-8', 'BADCHARSET (UTF-8 US-ASCII)')
  const read = at.stored(name.toLowerCase())
  let term: SearchTerm | undefined
  return {
    async prepare(session) {
      const isLoop = at.within.includes(name.toLowerCase())
      const isTooDeep = at.within.length >= session.limits.imapFilterNesting
      const criteria = isLoop || isTooDeep ? null : await stored(session, name)
      if (criteria === null) throw undefinedFilter(name, 'There is no such filter')
      try {
        term = read(criteria)
      } catch (error) {
        // It was stored by other means, or when other search keys were known.
        if (isNone(error)) throw undefinedFilter(name, 'What is stored as that filter is no search criterion')
        throw error
      }
    },
    program(context) {
      if (term === undefined) throw new Error('The filter was not looked up')
      return term.program(context)
    },
  }
}

/** filter-name = 1*<any ATOM-CHAR except "/"> */
function filterName(p: Parser): string {
  const name = p.atom()
  if (name.includes('/')) throw new Bad('A filter has no "/" in its name')
  return name
}

function undefinedFilter(name: string, text: string): No {
  return new No(text, `UNDEFINED-FILTER ${name}`)
}

/** It is not grammatical, or ends in the middle of a literal. */
function isNone(error: unknown): error is Error {
  return error instanceof Bad || error instanceof Waits
}

async function stored(session: Session, name: string): Promise<Uint8Array | null> {
  for (const root of roots) {
    const criteria = await session.store.metadata.get({ mailbox: null, account: session.account }, root + name)
    if (criteria !== null) return criteria
  }
  return null
}

/** A filter is full and correct when it is stored (RFC 5466 §3.2); other filters that it names may come later. */
const rule: MetadataRule = {
  applies: (name, of) => of === null && roots.some(root => name.startsWith(root)),
  check(session, _, name, value) {
    const own = new Parser(Buffer.from(name.slice(name.indexOf('/values/') + '/values/'.length)))
    filterName(own)
    own.end()
    if (value === null) return
    try {
      const p = new Parser(value, { setRanges: session.limits.imapSetRanges, setMarks: marks(session) })
      searchKeys(p, parsing(session), 'UTF-8')
      p.end()
    } catch (error) {
      if (isNone(error)) throw new No(`That is no search criterion: ${error.message}`, 'CANNOT')
      throw error
    }
  },
}

function marks(session: Session): string {
  return [...session.tables.savedSets.keys()].join('')
}

/** What is stored came whole: no literal is to come. */
function parsing({ tables, limits, utf8, dialect }: Session): Parsing {
  const refuse = async () => {
    throw new Bad('A literal is cut short')
  }
  return { tables, limits, utf8, dialect, names: [], input: { pending: null, load: refuse, message: refuse } }
}

export const filters = extension({
  rfc: 5466,
  advertise: 'FILTERS',
  searchKeys: { FILTER: filterKey },
  metadataRules: [rule],
  codes: ['UNDEFINED-FILTER'],
})
