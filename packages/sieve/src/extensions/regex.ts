/**
 * :regex, and :quoteregex for `set` (draft-ietf-sieve-regex-01, which expired and which everybody implements). Characters
 * are those of Unicode, also under comparators that compare octets; what is no UTF-8 is a character an octet.
 */
import { extension } from '../extension.ts'
import { type Comparator, type Match, prepared } from '../match.ts'
import { BadRegex, compileRegex, type Regex, type RegexLimits, searchRegex, type Variants } from '../regex/index.ts'

/** States of the machine that are visited for one character of the budget: keeping their groups costs. */
const charactersPerState = 8

/** A character and its other case, where the comparator takes one for the other. */
function variantsUnder(comparator: Comparator): Variants {
  const known = new Map<number, readonly number[]>()
  return point => {
    let variants = known.get(point)
    if (variants === undefined) {
      const character = String.fromCodePoint(point)
      const key = comparator.key(character)
      const others = [character.toLowerCase(), character.toUpperCase()]
        .filter(other => [...other].length === 1 && comparator.key(other) === key)
        .map(other => other.codePointAt(0) as number)
      variants = [...new Set([point, ...others])]
      if (known.size < mostKnown) known.set(point, variants)
    }
    return variants
  }
}
const mostKnown = 10_000

const variants = new WeakMap<Comparator, Variants>()

/** The regular expression, or a sentence about what is wrong with it. */
function tryRegex(pattern: string, comparator: Comparator, limits: RegexLimits): Regex | string {
  let same = variants.get(comparator)
  if (same === undefined) {
    same = variantsUnder(comparator)
    variants.set(comparator, same)
  }
  try {
    return compileRegex(pattern, same, limits)
  } catch (error) {
    if (error instanceof BadRegex) return error.message
    throw error
  }
}

/** A text as code points, and where each stands in it. */
function pointsOf(text: string): { readonly points: ArrayLike<number>; sliceOf(start: number, end: number): string } {
  const points = new Uint32Array(text.length)
  const starts = new Uint32Array(text.length + 1)
  let length = 0
  for (let i = 0; i < text.length; length++) {
    const point = text.codePointAt(i) as number
    points[length] = point
    starts[length] = i
    i += point > 0xffff ? 2 : 1
  }
  starts[length] = text.length
  return { points: points.subarray(0, length), sliceOf: (start, end) => text.slice(starts[start], starts[end]) }
}

function matches(match: Match): boolean {
  const { values, keys, comparator, comparatorName, captured, machine } = match
  const regexes = prepared(keys, 'regex', comparatorName, key => {
    machine.chargeCharacters(charactersPerState * key.length)
    const compiled = tryRegex(key, comparator, machine.limits)
    return typeof compiled === 'string' ? machine.fail(compiled) : compiled
  })
  const work = (states: number) => machine.chargeCharacters(charactersPerState * states)
  for (const value of values) {
    const { points, sliceOf } = pointsOf(value)
    machine.chargeCharacters(value.length)
    for (const regex of regexes) {
      machine.charge(1)
      const places = searchRegex(regex, points, captured !== null, work)
      if (places === null) continue
      captured?.(
        Array.from({ length: places.length / 2 }, (_, group) => {
          const [start = -1, end = -1] = places.slice(2 * group, 2 * group + 2)
          return start === -1 || end === -1 ? '' : sliceOf(start, end)
        }),
      )
      return true
    }
  }
  return false
}

export const regex = extension({
  capabilities: ['regex'],
  matchTypes: {
    regex: {
      needs: 'substring',
      matches,
      checkKey(pattern, comparator, { limits }) {
        const compiled = tryRegex(pattern, comparator, limits)
        return typeof compiled === 'string' ? compiled : null
      },
    },
  },
  modifiers: { quoteregex: { precedence: 20, of: text => text.replace(/[\\^$.[\](){}|*+?]/g, '\\$&') } },
})
