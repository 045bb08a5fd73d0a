/** search-key with what bounds it: nesting, number of keys, charset (RFC 3501 §6.4.4, §9). */
import { isUtf8 } from 'node:buffer'
import { charsetExists, decodeText } from '@lemonade/mime'
import type { SearchKey, UidRanges } from '@lemonade/store'
import type { SearchContext, SearchParsing, SearchTerm } from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import type { NumberSet } from '../wire/number-set.ts'
import { Parser } from '../wire/parser.ts'

/** A whole program, and what its keys ask for beside it. */
export interface SearchProgram {
  /** The same with what its keys stand for and must be looked up; nothing else is asked before. Throws `No`. */
  prepare(session: Session): Promise<SearchProgram>
  program(at: SearchContext): SearchKey
  readonly enables: ReadonlySet<string>
  readonly says: readonly NonNullable<SearchTerm['says']>[]
  readonly moves: readonly NonNullable<SearchTerm['moves']>[]
  readonly isUntold: boolean
  readonly isScored: boolean
}

/** What `parse` reads; what it refuses with NO is a program that refuses when it is run, for then more must be done. */
export function refusedProgram(p: Parser, parse: () => SearchProgram): SearchProgram {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof No)) throw error
    p.rest()
    const refuse = () => {
      throw error
    }
    return {
      prepare: refuse,
      program: refuse,
      enables: new Set(),
      says: [],
      moves: [],
      isUntold: false,
      isScored: false,
    }
  }
}

/** ["CHARSET" SP astring SP] search-key *(SP search-key) */
export function searchProgram(p: Parser, at: Parsing): SearchProgram {
  let charset = 'UTF-8'
  if (p.tryWord('CHARSET')) {
    if (!at.dialect.searchCharset) throw new Bad('Every string is UTF-8, and no charset may be named')
    p.sp()
    charset = p.astring()
    p.sp()
  }
  return searchKeys(p, at, charset)
}

/** search-criteria = charset 1*(SP search-key) (RFC 5256 §5) */
export function searchCriteria(p: Parser, at: Parsing): SearchProgram {
  const charset = p.astring()
  p.sp()
  return searchKeys(p, at, charset)
}

/** search-key *(SP search-key), strings in the given charset. Throws `No` with BADCHARSET. */
export function searchKeys(p: Parser, at: Parsing, charset: string): SearchProgram {
  if (!charsetExists(charset)) throw new No('Unknown charset', 'BADCHARSET (UTF-8 US-ASCII)')
  const asked = new Asked()
  const terms = new Keys(at, charset, asked).keys(p)
  return programOf(terms, asked)
}

function programOf(terms: readonly SearchTerm[], asked: Asked): SearchProgram {
  const { enables, says, moves, isUntold, isScored } = asked
  return {
    async prepare(session) {
      // Preparing one may bring others.
      for (let term = asked.unprepared.shift(); term; term = asked.unprepared.shift()) await term.prepare?.(session)
      return programOf(terms, asked)
    },
    program: context => all(terms, context),
    enables,
    says,
    moves,
    isUntold,
    isScored,
  }
}

function all(terms: readonly SearchTerm[], context: SearchContext): SearchKey {
  const of = terms.map(term => term.program(context))
  return of.length === 1 ? (of[0] as SearchKey) : { key: 'and', of }
}

/** What numbers and saved results stand for when the command comes is what they mean for good (RFC 5267 §4.3). */
export function once(resolve: (at: SearchContext) => UidRanges): (at: SearchContext) => UidRanges {
  const meanings = new WeakMap<View, UidRanges>()
  return at => {
    const meant = meanings.get(at.view) ?? resolve(at)
    meanings.set(at.view, meant)
    return meant
  }
}

/** What a set names in the mailbox that is searched. A saved result names nothing in any but the selected one. */
export function resolveIn(set: NumberSet<unknown>, { session, view }: SearchContext, byUid: boolean): UidRanges {
  if (set.mark !== undefined) return view === session.selected ? session.resolve(set, byUid) : []
  return byUid ? view.resolve(set, true) : view.resolveLoosely(set)
}

/** What the keys of a command ask for, and how many there are. */
class Asked {
  readonly enables = new Set<string>()
  readonly says: NonNullable<SearchTerm['says']>[] = []
  readonly moves: NonNullable<SearchTerm['moves']>[] = []
  isUntold = false
  isScored = false
  readonly unprepared: SearchTerm[] = []
  count = 0

  note(term: SearchTerm): void {
    if (term.enables) this.enables.add(term.enables)
    if (term.says) this.says.push(term.says)
    if (term.moves) this.moves.push(term.moves)
    if (term.isUntold) this.isUntold = true
    if (term.isScored) this.isScored = true
    if (term.prepare) this.unprepared.push(term)
  }
}

class Keys implements SearchParsing {
  readonly charset: string
  readonly parsing: Parsing
  readonly within: readonly string[]
  readonly #asked: Asked
  #depth: number

  constructor(at: Parsing, charset: string, asked: Asked, within: readonly string[] = [], depth = 0) {
    this.parsing = at
    this.charset = charset
    this.#asked = asked
    this.within = within
    this.#depth = depth
  }

  /** search-key *(SP search-key) */
  keys(p: Parser): SearchTerm[] {
    const terms = [this.key(p)]
    while (p.trySp()) terms.push(this.key(p))
    return terms
  }

  stored(name: string): (octets: Uint8Array) => SearchTerm {
    const keys = new Keys(this.parsing, 'UTF-8', this.#asked, [...this.within, name], this.#depth)
    return octets => {
      const { tables, limits } = this.parsing
      const setMarks = [...tables.savedSets.keys()].join('')
      const p = new Parser(octets, { setMarks, setRanges: limits.imapSetRanges })
      const terms = keys.keys(p)
      p.end()
      return { program: context => all(terms, context) }
    }
  }

  /** search-key: a word of the table, a sequence-set, or keys in parentheses that must all match. */
  key(p: Parser): SearchTerm {
    const { limits, tables } = this.parsing
    if (++this.#asked.count > limits.imapSearchKeys) throw new No('Too many search keys', 'LIMIT')
    if (++this.#depth > limits.imapSearchNesting) throw new No('Search keys are nested too deeply', 'LIMIT')
    const term = this.#term(p, tables)
    this.#depth--
    this.#asked.note(term)
    return term
  }

  #term(p: Parser, tables: Parsing['tables']): SearchTerm {
    if (p.isNext('(')) {
      const terms = p.list1(() => this.key(p))
      return { program: context => all(terms, context) }
    }
    if (p.isSet()) {
      const set = p.numberSet()
      const { numbersRefused } = this.parsing.dialect
      if (numbersRefused !== null && set.mark === undefined)
        throw new Bad('Messages are named by their UIDs alone', numbersRefused)
      const meant = once(at => resolveIn(set, at, false))
      return { program: at => ({ key: 'uids', uids: meant(at) }) }
    }
    const word = p.word()
    const make = tables.searchKeys.get(word)
    if (make === undefined) throw new Bad(`Unknown search key ${word}`)
    return make(p, this)
  }

  text(p: Parser): string {
    const octets = p.astringOctets()
    if (/^utf-?8$/i.test(this.charset) && !isUtf8(octets)) throw new Bad('A string is not UTF-8')
    const text = decodeText(octets, this.charset)
    if (text === null) throw new No('Unknown charset', 'BADCHARSET (UTF-8 US-ASCII)')
    return text
  }
}
