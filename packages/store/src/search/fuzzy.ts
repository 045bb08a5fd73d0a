/**
 * FUZZY: what a search key may match beside what it says, and how well each match fits (RFC 6203 §3 to §5).
 *
 * - A key is given grades, the best first; what a grade matches, the next one matches too. The last is what is searched.
 * - A text's grades: as it is; all its words, in any order; their stems; words that were likely meant.
 * - Dates and sizes have some leeway. Everything else is matched as it is, and so is what stands under NOT.
 */
import { unicodeCasemap } from '@lemonade/mime'
import type { MailboxId } from '../model.ts'
import type { SearchKey } from './program.ts'
import type { SearchReader } from './search.ts'

interface Grade {
  /** How relevant a match of it is, up to 100. */
  readonly score: number
  readonly key: SearchKey
}

type TextKey = Extract<SearchKey, { value: string }>
type DayKey = Extract<SearchKey, { day: number }>

/** The key with its last grades in the place of what it says. */
export function widened(key: SearchKey): SearchKey {
  if (key.key === 'and' || key.key === 'or') return { key: key.key, of: key.of.map(widened) }
  return gradesOf(key)?.at(-1)?.key ?? key
}

function gradesOf(key: SearchKey): readonly Grade[] | null {
  switch (key.key) {
    case 'header':
    case 'body':
    case 'text':
      return textGrades(key)
    case 'internal-date':
    case 'save-date':
    case 'sent-date':
      return [
        { score: 100, key },
        { score: 60, key: withLeeway(key, 1) },
        { score: 30, key: withLeeway(key, 3) },
      ]
    case 'larger':
    case 'smaller': {
      const scaled = (part: number) => Math.round(key.octets * (1 + (key.key === 'larger' ? -part : part)))
      return [
        { score: 100, key },
        { score: 60, key: { ...key, octets: scaled(0.1) } },
        { score: 30, key: { ...key, octets: scaled(0.25) } },
      ]
    }
    default:
      return null
  }
}

function withLeeway(key: DayKey, days: number): SearchKey {
  if (key.is === 'since') return { ...key, day: key.day - days }
  if (key.is === 'before') return { ...key, day: key.day + days }
  return {
    key: 'and',
    of: [
      { ...key, is: 'since', day: key.day - days },
      { ...key, is: 'before', day: key.day + days + 1 },
    ],
  }
}

/** Words of one text that are matched each for itself; a longer one is matched as it is. */
const mostWords = 8
/** Of a text with more words none is looked for as one that was likely meant. */
const mostMisspelt = 4

function textGrades(key: TextKey): readonly Grade[] | null {
  const words = key.value.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  if (words.length === 0 || words.length > mostWords) return null
  const all = (of: (word: string) => readonly string[]): SearchKey => ({
    key: 'and',
    of: words.map(word => anyOf(of(word).map(value => ({ ...key, value })))),
  })
  const meant = words.length > mostMisspelt ? () => [] : likelyMeant
  const grades: Grade[] = [
    { score: 95, key },
    { score: 75, key: all(word => [word]) },
    { score: 50, key: all(word => [stem(word)]) },
    { score: 25, key: all(word => [stem(word), ...meant(word)]) },
  ]
  // In the subject a text says more than elsewhere in the message.
  return key.key === 'text'
    ? [{ score: 100, key: { key: 'header', field: 'Subject', value: key.value } }, ...grades]
    : [{ score: 100, key }, ...grades.slice(1)]
}

function anyOf(of: readonly SearchKey[]): SearchKey {
  return of.length === 1 ? (of[0] as SearchKey) : { key: 'or', of }
}

/** Endings that words have in this or that form, in the languages of most mail; the longest first. */
const endings = /(?:ations?|ingen|ings?|ung(?:en)?|tions?|ers?|ies|en|ed|es|er|e|s|y)$/i

/** What is left of a word without its ending, where enough is left to tell it from others. */
function stem(word: string): string {
  const cut = word.replace(endings, '')
  return cut.length >= 4 ? cut : word
}

/** Misspelt words shorter than this could be anything. */
const shortestMisspelt = 4
/** Longer ones are seldom typed. */
const longestMisspelt = 20

/** Words of which this one is a letter, or the order of two, away: one too many, two exchanged, one not doubled. */
function likelyMeant(word: string): string[] {
  const letters = [...unicodeCasemap(word)]
  if (letters.length < shortestMisspelt || letters.length > longestMisspelt) return []
  const meant = new Set<string>()
  for (const [at, letter] of letters.entries()) {
    const next = letters[at + 1]
    meant.add(letters.toSpliced(at, 0, letter).join(''))
    if (letters.length > shortestMisspelt) meant.add(letters.toSpliced(at, 1).join(''))
    if (next !== undefined) meant.add(letters.toSpliced(at, 2, next, letter).join(''))
  }
  return [...meant]
}

/** How a program is searched: a `search` of `search.ts`, without its costs. */
type Search = (reader: SearchReader, mailbox: MailboxId, program: SearchKey) => Generator<void, Uint32Array>

/**
 * How relevant each of the messages is to what is fuzzy in the program, 1 to 100 (RFC 6203 §4): what all keys of an AND
 * say on average, and the best that one of an OR says.
 */
export function* relevancy(
  search: Search,
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  uids: Uint32Array,
): Generator<void, Uint8Array> {
  const scores = yield* scoresOf(program, false)
  return scores?.map(score => Math.max(1, Math.round(score))) ?? new Uint8Array(uids.length).fill(100)

  function* scoresOf(key: SearchKey, isFuzzy: boolean): Generator<void, Uint8Array | null> {
    switch (key.key) {
      case 'fuzzy':
        return yield* scoresOf(key.of, true)
      case 'and':
      case 'or': {
        const each: Uint8Array[] = []
        for (const one of key.of) {
          const scores = yield* scoresOf(one, isFuzzy)
          if (scores !== null) each.push(scores)
        }
        if (each.length === 0) return null
        return Uint8Array.from(uids, (_, at) => combined(key.key, each, at))
      }
      default:
        return isFuzzy ? yield* best(gradesOf(key)) : null
    }
  }

  function* best(grades: readonly Grade[] | null): Generator<void, Uint8Array | null> {
    if (grades === null) return null
    const scores = new Uint8Array(uids.length)
    for (const { score, key } of grades.toReversed()) {
      const matching = yield* search(reader, mailbox, key)
      let at = 0
      for (const uid of matching) {
        while (at < uids.length && (uids[at] as number) < uid) at++
        if (uids[at] === uid) scores[at] = score
      }
    }
    return scores
  }
}

function combined(kind: 'and' | 'or', each: readonly Uint8Array[], at: number): number {
  const scores = each.map(list => list[at] as number)
  return kind === 'or' ? Math.max(...scores) : Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length)
}
