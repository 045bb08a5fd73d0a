/**
 * The syntax: extended regular expressions of POSIX (IEEE Std 1003.1, chapter 9.4), and of what everybody adds to them
 * `\w \W \s \S \b \B \< \>`. What POSIX leaves open is an error where nobody could mean it, else what it looks like.
 */
import { bracketAt } from './bracket.ts'
import { anything, namedClasses, only, wordCharacter } from './characters.ts'
import { type Assertion, BadRegex, type Tree } from './tree.ts'

/** The most that an interval may ask for: POSIX's RE_DUP_MAX. */
const mostRepetitions = 255
/** Groups beyond it have no match variable (RFC 5229 §3.2 has them to 9, and this implementation to 99). */
export const mostGroups = 99

const assertions: Readonly<Record<string, Assertion>> = {
  '\\b': 'word-edge',
  '\\B': 'no-word-edge',
  '\\<': 'word-start',
  '\\>': 'word-end',
}
const space = { ranges: [], classes: [namedClasses['space'] as RegExp], negated: false }
const shorthands = {
  '\\w': wordCharacter,
  '\\W': { ...wordCharacter, negated: true },
  '\\s': space,
  '\\S': { ...space, negated: true },
} as const

/** Throws BadRegex. */
export function parseRegex(pattern: string): { readonly tree: Tree; readonly groups: number } {
  const parser = new Parser([...pattern])
  const tree = parser.alternatives()
  if (!parser.done) throw new BadRegex('The regular expression has a ")" that closes nothing.')
  return { tree, groups: parser.groups }
}

class Parser {
  readonly #pattern: readonly string[]
  #at = 0
  groups = 0

  constructor(pattern: readonly string[]) {
    this.#pattern = pattern
  }

  get done(): boolean {
    return this.#at >= this.#pattern.length
  }

  /** extended_reg_exp = ERE_branch *( "|" ERE_branch ) */
  alternatives(): Tree {
    const branches = [this.#branch()]
    while (this.#take('|')) branches.push(this.#branch())
    return branches.length === 1 ? (branches[0] as Tree) : { kind: 'either', of: branches }
  }

  /** ERE_branch = *ERE_expression */
  #branch(): Tree {
    const all: Tree[] = []
    while (!this.done && !this.#sees('|') && !this.#sees(')')) all.push(this.#repeated())
    return all.length === 1 ? (all[0] as Tree) : { kind: 'all', of: all }
  }

  /** ERE_expression = atom *( "*" / "+" / "?" / "{" bounds "}" ) */
  #repeated(): Tree {
    let tree = this.#atom()
    for (;;) {
      const bounds = this.#bounds()
      if (bounds === null) return tree
      tree = { kind: 'repeat', of: tree, ...bounds }
    }
  }

  #bounds(): { least: number; most: number | null } | null {
    if (this.#take('*')) return { least: 0, most: null }
    if (this.#take('+')) return { least: 1, most: null }
    if (this.#take('?')) return { least: 0, most: 1 }
    return this.#isInterval() ? this.#interval() : null
  }

  /** "{" that no digit follows is an ordinary character, as it is everywhere. */
  #isInterval(): boolean {
    return this.#sees('{') && /^\d$/.test(this.#pattern[this.#at + 1] ?? '')
  }

  #interval(): { least: number; most: number | null } {
    const rest = this.#pattern.slice(this.#at, this.#at + 12).join('')
    const [whole, least = '', comma, most = ''] = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(rest) ?? []
    if (whole === undefined) throw new BadRegex('An interval of a regular expression is written as {2}, {2,} or {2,5}.')
    this.#at += whole.length
    const bounds = {
      least: Number(least),
      most: comma === undefined ? Number(least) : most === '' ? null : Number(most),
    }
    if (Math.max(bounds.least, bounds.most ?? 0) > mostRepetitions) {
      throw new BadRegex(`An interval of a regular expression goes up to ${mostRepetitions}.`)
    }
    if (bounds.most !== null && bounds.most < bounds.least) {
      throw new BadRegex(`The interval ${whole} ends before it begins.`)
    }
    return bounds
  }

  #atom(): Tree {
    const character = this.#pattern[this.#at] as string
    switch (character) {
      case '(':
        return this.#group()
      case '[': {
        const { set, end } = bracketAt(this.#pattern, this.#at)
        this.#at = end
        return { kind: 'set', set }
      }
      case '\\':
        return this.#escaped()
      case '*':
      case '+':
      case '?':
        throw new BadRegex(`In the regular expression nothing stands before "${character}" that could be repeated.`)
      default:
        if (this.#isInterval()) {
          throw new BadRegex('In the regular expression nothing stands before "{" that could be repeated.')
        }
    }
    this.#at++
    if (character === '.') return { kind: 'set', set: anything }
    if (character === '^') return { kind: 'assert', what: 'start' }
    if (character === '$') return { kind: 'assert', what: 'end' }
    return { kind: 'set', set: only(character.codePointAt(0) as number) }
  }

  #group(): Tree {
    this.#at++
    const index = ++this.groups
    if (index > mostGroups) throw new BadRegex(`A regular expression has at most ${mostGroups} groups.`)
    const of = this.alternatives()
    if (!this.#take(')')) throw new BadRegex('The regular expression has a "(" that is not closed.')
    return { kind: 'group', of, index }
  }

  #escaped(): Tree {
    const character = this.#pattern[this.#at + 1]
    if (character === undefined) throw new BadRegex('The regular expression ends in a backslash.')
    this.#at += 2
    const pair = `\\${character}`
    const what = assertions[pair]
    if (what !== undefined) return { kind: 'assert', what }
    if (pair in shorthands) return { kind: 'set', set: shorthands[pair as keyof typeof shorthands] }
    if (/^[1-9]$/.test(character)) throw new BadRegex(`Back-references such as "${pair}" are not to be had here.`)
    if (/^[A-Za-z0-9]$/.test(character))
      throw new BadRegex(`The regular expression has "${pair}", which means nothing.`)
    return { kind: 'set', set: only(character.codePointAt(0) as number) }
  }

  #sees(character: string): boolean {
    return this.#pattern[this.#at] === character
  }

  #take(character: string): boolean {
    if (!this.#sees(character)) return false
    this.#at++
    return true
  }
}
