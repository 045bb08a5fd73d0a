/** Sets of characters: what "a", ".", "[^a-z]" and "[[:digit:]]" take. A character is a code point. */

/** The characters that are the same to a comparator, the one asked about included. */
export type Variants = (point: number) => readonly number[]

/** From one code point to another, both included. */
export interface CharacterRange {
  readonly from: number
  readonly to: number
}

export interface CharacterSet {
  readonly ranges: readonly CharacterRange[]
  /** Named classes; each tells whether a character is in it. */
  readonly classes: readonly RegExp[]
  /** All that is not in it. */
  readonly negated: boolean
}

export function only(...points: readonly number[]): CharacterSet {
  return { ranges: points.map(point => ({ from: point, to: point })), classes: [], negated: false }
}

/** What "." takes. */
export const anything: CharacterSet = { ranges: [], classes: [], negated: true }

/** The classes of POSIX, as Unicode knows them (UTS 18, annex C). */
export const namedClasses: Readonly<Record<string, RegExp>> = {
  alnum: /^[\p{Alphabetic}\p{Nd}]$/u,
  alpha: /^\p{Alphabetic}$/u,
  blank: /^[\p{Zs}\t]$/u,
  cntrl: /^\p{Cc}$/u,
  digit: /^[0-9]$/,
  graph: /^[^\p{White_Space}\p{Cc}\p{Cs}\p{Cn}]$/u,
  lower: /^\p{Lowercase}$/u,
  print: /^[^\p{Zl}\p{Zp}\t-\r\x85\p{Cc}\p{Cs}\p{Cn}]$/u,
  punct: /^[\p{P}$+<=>^`|~]$/u,
  space: /^\p{White_Space}$/u,
  upper: /^\p{Uppercase}$/u,
  xdigit: /^[0-9A-Fa-f]$/,
}

/** What "\w" and, in its way, "\b" call a word's character. */
export const wordCharacter: CharacterSet = {
  ranges: [{ from: 0x5f, to: 0x5f }],
  classes: [namedClasses['alnum'] as RegExp],
  negated: false,
}

/** The names that POSIX gives to characters in "[.name.]", those that are no letters. */
export const collatingNames: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'NUL \0 tab \t newline \n carriage-return \r space _ exclamation-mark ! quotation-mark " number-sign # ' +
    "dollar-sign $ percent-sign % ampersand & apostrophe ' left-parenthesis ( right-parenthesis ) asterisk * " +
    'plus-sign + comma , hyphen - hyphen-minus - period . full-stop . slash / solidus / zero 0 one 1 two 2 three 3 ' +
    'four 4 five 5 six 6 seven 7 eight 8 nine 9 colon : semicolon ; less-than-sign < equals-sign = ' +
    'greater-than-sign > question-mark ? commercial-at @ left-square-bracket [ backslash \\ reverse-solidus \\ ' +
    'right-square-bracket ] circumflex ^ circumflex-accent ^ underscore _ low-line _ grave-accent ` ' +
    'left-brace { left-curly-bracket { vertical-line | right-brace } right-curly-bracket } tilde ~'
  )
    .split(' ')
    .flatMap((word, i, all) => (i % 2 === 0 ? [[word, word === 'space' ? ' ' : (all[i + 1] as string)]] : [])),
)

/** A set that is asked often: what it says of ASCII is looked up. */
export class FastSet {
  readonly #ascii = new Uint8Array(128)
  readonly #set: CharacterSet
  readonly #variants: Variants

  constructor(set: CharacterSet, variants: Variants) {
    this.#set = set
    this.#variants = variants
    for (let point = 0; point < 128; point++) this.#ascii[point] = this.#holds(point) ? 1 : 0
  }

  has(point: number): boolean {
    return point < 128 ? this.#ascii[point] === 1 : this.#holds(point)
  }

  #holds(point: number): boolean {
    const { ranges, classes, negated } = this.#set
    if (ranges.length + classes.length === 0) return negated
    const found = this.#variants(point).some(
      variant =>
        ranges.some(({ from, to }) => from <= variant && variant <= to) ||
        classes.some(each => each.test(String.fromCodePoint(variant))),
    )
    return found !== negated
  }
}
