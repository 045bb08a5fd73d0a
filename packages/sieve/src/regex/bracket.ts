/** Bracket expressions (IEEE Std 1003.1, chapter 9.3.5): "[^]a-z[:digit:][=e=][.hyphen.]-]". */
import { type CharacterRange, type CharacterSet, collatingNames, namedClasses } from './characters.ts'
import { BadRegex } from './tree.ts'

const open = 'The regular expression has a "[" that is not closed.'

/** The expression whose "[" stands at a place, and the place behind it. Throws BadRegex. */
export function bracketAt(
  pattern: readonly string[],
  start: number,
): { readonly set: CharacterSet; readonly end: number } {
  let at = start + 1
  const negated = pattern[at] === '^'
  if (negated) at++
  const ranges: CharacterRange[] = []
  const classes: RegExp[] = []
  // A "]" that comes first is one of the characters.
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    const element = elementAt(pattern, at)
    at = element.end
    const isRange = pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length
    if (element.point === null) {
      if (isRange) throw new BadRegex('A range of a regular expression cannot begin with a class.')
      classes.push(element.class)
    } else if (isRange) {
      const last = elementAt(pattern, at + 1)
      at = last.end
      if (last.point === null) throw new BadRegex('A range of a regular expression cannot end with a class.')
      if (last.point < element.point)
        throw new BadRegex('The regular expression has a range that ends before it begins.')
      ranges.push({ from: element.point, to: last.point })
    } else ranges.push({ from: element.point, to: element.point })
  }
  return { set: { ranges, classes, negated }, end: at + 1 }
}

type Element = { readonly end: number } & (
  | { readonly point: number }
  | { readonly point: null; readonly class: RegExp }
)

/** A character, or what stands in "[: :]", "[= =]" and "[. .]". A backslash is an ordinary character here. */
function elementAt(pattern: readonly string[], at: number): Element {
  const character = pattern[at]
  if (character === undefined) throw new BadRegex(open)
  const mark = pattern[at + 1]
  if (character !== '[' || (mark !== ':' && mark !== '=' && mark !== '.')) {
    return { point: character.codePointAt(0) as number, end: at + 1 }
  }
  let close = at + 2
  while (close < pattern.length && !(pattern[close] === mark && pattern[close + 1] === ']')) close++
  if (close >= pattern.length) throw new BadRegex(open)
  const name = pattern.slice(at + 2, close).join('')
  const end = close + 2
  if (mark === ':') {
    const found = Object.hasOwn(namedClasses, name) ? namedClasses[name] : undefined
    if (found === undefined) {
      throw new BadRegex(`There is no class "[:${name.slice(0, 20)}:]": ${Object.keys(namedClasses).join(', ')}.`)
    }
    return { point: null, class: found, end }
  }
  // Of a character's equivalents there are none beyond those that the comparator has.
  const named = [...name].length === 1 ? name : Object.hasOwn(collatingNames, name) ? collatingNames[name] : undefined
  if (named === undefined) throw new BadRegex(`There is no character "[${mark}${name.slice(0, 20)}${mark}]".`)
  return { point: named.codePointAt(0) as number, end }
}
