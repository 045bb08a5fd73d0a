/** :is, :contains and :matches (RFC 5228 §2.7.1). */
import { extension } from '../extension.ts'
import { globOf, matchGlob } from '../glob.ts'
import { charactersOf, keyOf, type Match, prepared } from '../match.ts'

/** What a value and a key cost beside their characters: ten thousand recipients must not use a script's budget up. */
const charactersPerPair = 16

function is(match: Match): boolean {
  const { values, keys, comparator, comparatorName, machine } = match
  const folded = prepared(keys, 'key', comparatorName, key => comparator.key(key))
  for (const value of values) {
    const wanted = keyOf(match, value)
    machine.chargeCharacters(charactersPerPair + value.length + folded.length)
    if (wanted !== null && folded.includes(wanted)) return true
  }
  return false
}

/**
 * Finding a string costs about the length of what is searched; a hostile one costs that times what is searched for,
 * less what the engine's search can skip. The budget is charged the bound.
 */
const skipped = 256

function contains(match: Match): boolean {
  const { values, keys, comparator, comparatorName, machine } = match
  const folded = prepared(keys, 'contains', comparatorName, key => comparator.characters(key).folded)
  for (const value of values) {
    const within = charactersOf(match, value).folded
    for (const key of folded) {
      machine.chargeCharacters(charactersPerPair + within.length + Math.floor((within.length * key.length) / skipped))
      if (holds(within, key)) return true
    }
  }
  return false
}

function holds(within: string | readonly string[], key: string | readonly string[]): boolean {
  if (typeof within === 'string' && typeof key === 'string') return within.includes(key)
  // Characters that are no octets: joined by a character that none of them is, so that only whole ones match.
  const joined = (characters: string | readonly string[]) => `\0${[...characters].join('\0')}\0`
  return key.length === 0 || joined(within).includes(joined(key))
}

function matches(match: Match): boolean {
  const { values, keys, comparator, comparatorName, captured, machine } = match
  const globs = prepared(keys, 'matches', comparatorName, key => globOf(comparator.characters(key).folded))
  const work = (characters: number) => machine.chargeCharacters(characters)
  for (const value of values) {
    const characters = charactersOf(match, value)
    const { length } = characters.folded
    for (const glob of globs) {
      machine.chargeCharacters(charactersPerPair + length + Math.floor((length * glob.length) / skipped))
      const spans = matchGlob(glob, characters.folded, work)
      if (spans !== null) {
        captured?.([value, ...spans.map(({ start, end }) => characters.slice(start, end))])
        return true
      }
    }
  }
  return false
}

export const matchTypes = extension({
  capabilities: [],
  always: true,
  rfc: 5228,
  matchTypes: {
    is: { needs: 'equality', matches: is },
    contains: { needs: 'substring', matches: contains },
    matches: { needs: 'substring', matches },
  },
})
