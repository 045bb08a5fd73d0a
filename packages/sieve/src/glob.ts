/**
 * `:matches` (RFC 5228 §2.7.1, RFC 5229 §3.2): "*" and "?", each wildcard matching as little as possible.
 *
 * A pattern is cut at its stars into segments; the first and the last are anchored, each other one is taken at the
 * earliest place behind its predecessor. That is the leftmost, non-greedy match, without backtracking.
 */

/** Characters as a comparator defines them: of a string each code unit, or the elements of an array. */
export type Characters = ArrayLike<string>

/** A run of literal characters and "?" (null). `literal` is the run as a string where it has no "?". */
interface Segment {
  readonly characters: readonly (string | null)[]
  readonly literal: string | null
}

export interface Glob {
  readonly segments: readonly [Segment, ...Segment[]]
  /** Characters of the pattern, for the budget. */
  readonly length: number
}

/** From..to of what a wildcard took. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Parses a pattern; a backslash takes the next character literally. */
export function globOf(pattern: Characters): Glob {
  const segments: Segment[] = []
  let run: (string | null)[] = []
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string
    if (character === '*') {
      segments.push(segment(run))
      run = []
    } else if (character === '?') run.push(null)
    else if (character === '\\' && i + 1 < pattern.length) run.push(pattern[++i] as string)
    else run.push(character)
  }
  segments.push(segment(run))
  return { segments: segments as [Segment, ...Segment[]], length: pattern.length }
}

function segment(characters: (string | null)[]): Segment {
  return { characters, literal: characters.includes(null) ? null : characters.join('') }
}

/** The spans of all wildcards in order, or null where the value does not match. `work` hears of comparisons made. */
export function matchGlob(glob: Glob, value: Characters, work: (characters: number) => void): Span[] | null {
  const { segments } = glob
  const first = segments[0]
  const last = segments.at(-1) ?? first
  if (!fits(first, value, 0)) return null
  if (segments.length === 1 && first.characters.length !== value.length) return null
  const spans: Span[] = []
  collect(first, 0, spans)
  if (segments.length === 1) return spans
  const lastAt = value.length - last.characters.length
  let at = first.characters.length
  for (const segment of segments.slice(1, -1)) {
    const found = find(segment, value, at, lastAt, work)
    if (found === -1) return null
    spans.push({ start: at, end: found })
    collect(segment, found, spans)
    at = found + segment.characters.length
  }
  if (lastAt < at || !fits(last, value, lastAt)) return null
  spans.push({ start: at, end: lastAt })
  collect(last, lastAt, spans)
  return spans
}

function fits(segment: Segment, value: Characters, at: number): boolean {
  const { characters } = segment
  if (at < 0 || at + characters.length > value.length) return false
  for (let i = 0; i < characters.length; i++) {
    const wanted = characters[i]
    if (wanted !== null && wanted !== value[at + i]) return false
  }
  return true
}

/** The first place in [from, limit] at which the segment fits and ends no later than `limit`. */
function find(segment: Segment, value: Characters, from: number, limit: number, work: (n: number) => void): number {
  const { characters, literal } = segment
  if (characters.length === 0) return from <= limit ? from : -1
  if (literal !== null && typeof value === 'string') {
    const found = value.indexOf(literal, from)
    return found === -1 || found + literal.length > limit ? -1 : found
  }
  for (let at = from; at + characters.length <= limit; at++) {
    work(characters.length)
    if (fits(segment, value, at)) return at
  }
  return -1
}

function collect(segment: Segment, at: number, spans: Span[]): void {
  if (segment.literal !== null) return
  segment.characters.forEach((character, i) => {
    if (character === null) spans.push({ start: at + i, end: at + i + 1 })
  })
}
