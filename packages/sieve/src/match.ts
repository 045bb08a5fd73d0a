/** Comparing values with keys (RFC 5228 §2.7): what a comparator and a match type are. */
import type { Machine } from './machine.ts'
import type { Argument, Rules } from './signature.ts'
import type { Answer, Ask } from './step.ts'

/** A collation (RFC 4790) as scripts use it. */
export interface Comparator {
  /** Whether :contains and :matches may be used with it (RFC 5228 §2.7.3). */
  readonly substring: boolean
  /** Two strings are equal where their keys are; null: the string is none for this comparator, and matches nothing. */
  key(text: string): string | null
  /** Orders two strings by their keys: negative, 0 or positive (RFC 4790 §4.2.3). */
  order?(left: string, right: string): number
  /** The text as characters for substrings: `folded` to compare, `slice` to get back what stood there. */
  characters(text: string): Characters
}

export interface Characters {
  readonly folded: string | readonly string[]
  slice(start: number, end: number): string
}

/** What a match type is given. */
export interface Match {
  readonly values: readonly string[]
  /** How many things `:count` counts: addresses, fields, flags; the number of values unless the test knows better. */
  readonly count: number
  readonly keys: readonly string[]
  readonly comparator: Comparator
  readonly comparatorName: string
  /** What followed the match type's tag, where it takes something. */
  readonly argument: string
  /** To be told what wildcards took, where anybody wants to know. */
  readonly captured: ((captures: readonly string[]) => void) | null
  readonly machine: Machine
}

/** Thrown by a match type that must ask the host first; the test is evaluated again when it has been answered. */
export class Later {
  readonly ask: Ask
  /** Keeps the answer for the next time. */
  readonly answered: (answer: Answer) => void

  constructor(ask: Ask, answered: (answer: Answer) => void) {
    this.ask = ask
    this.answered = answered
  }
}

/** A way of matching: true where any value matches any key. */
export interface MatchType {
  /** What the comparator must be capable of; `nothing`: none may be named (RFC 5228 §2.7.3, RFC 5231 §4). */
  readonly needs: 'equality' | 'substring' | 'ordering' | 'nothing'
  readonly argument?: Argument
  /** Judges each constant key; answers with a sentence about what is wrong, or null. */
  checkKey?(key: string, comparator: Comparator, rules: Rules): string | null
  matches(match: Match): boolean
}

interface Prepared {
  readonly purpose: string
  readonly comparatorName: string
  readonly made: readonly unknown[]
}

const caches = new WeakMap<readonly string[], Prepared[]>()

/**
 * What `make` makes of each key for a purpose, under a comparator; kept for as long as the program lives: a program's key
 * lists are constant, and folding them anew for each value would be most of a script's work.
 */
export function prepared<T>(
  keys: readonly string[],
  purpose: string,
  comparatorName: string,
  make: (key: string) => T,
): readonly T[] {
  let cache = caches.get(keys)
  if (cache === undefined) {
    cache = []
    caches.set(keys, cache)
  }
  // A list is hardly ever used in two ways.
  for (const each of cache) {
    if (each.purpose === purpose && each.comparatorName === comparatorName) return each.made as readonly T[]
  }
  const made = keys.map(make)
  cache.push({ purpose, comparatorName, made })
  return made
}

/** What comparators made of the values of one run: thirty rules look at the same few fields. */
const folded = {
  initial: () =>
    new Map<string, { readonly keys: Map<string, string | null>; readonly characters: Map<string, Characters> }>(),
}
/** Of a value whose folding is remembered; a longer one is seldom looked at twice. */
const rememberedCharacters = 2000

function memory({ machine, comparatorName }: Match) {
  const memories = machine.state(folded)
  let memory = memories.get(comparatorName)
  if (memory === undefined) {
    memory = { keys: new Map(), characters: new Map() }
    memories.set(comparatorName, memory)
  }
  return memory
}

/** The comparator's key of a value. */
export function keyOf(match: Match, value: string): string | null {
  if (value.length > rememberedCharacters) return match.comparator.key(value)
  const { keys } = memory(match)
  let key = keys.get(value)
  if (key === undefined) {
    key = match.comparator.key(value)
    keys.set(value, key)
  }
  return key
}

/** The comparator's characters of a value. */
export function charactersOf(match: Match, value: string): Characters {
  if (value.length > rememberedCharacters) return match.comparator.characters(value)
  const { characters } = memory(match)
  let found = characters.get(value)
  if (found === undefined) {
    found = match.comparator.characters(value)
    characters.set(value, found)
  }
  return found
}
