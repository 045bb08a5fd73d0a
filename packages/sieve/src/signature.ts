/**
 * Declarative arguments (RFC 5228 §2.6): what a command or a test takes, so that the checker can say what is wrong and
 * no command parses anything itself.
 */

import type { Command } from './extension.ts'
import type { SieveLimits } from './limits.ts'
import type { Text, Value } from './program.ts'
import type { Registry } from './registry.ts'

/** What a check may know besides the value: what the script requires, and everything that there is. */
export interface Rules {
  readonly required: ReadonlySet<string>
  readonly registry: Registry
  readonly limits: SieveLimits
  /** The script looks for extensions when it runs, so that lacking one is no error before (RFC 5463 §4). */
  readonly deferred: boolean
}

/** A finding about something that another server, or this one behind an `ihave`, may know. */
export class Unavailable {
  readonly sentence: string

  constructor(sentence: string) {
    this.sentence = sentence
  }
}

/** Arguments by name, as far as they are bound. */
export type Given = Readonly<Record<string, Value>>

/** A command with a block. */
export interface Enclosing {
  readonly name: string
  readonly arguments: Given
}

/** What a check says: a sentence about what is wrong, or null. */
export type Judgement = string | Unavailable | null

/** An argument that stands by its position or after its tag. `strings` takes a single string too (RFC 5228 §2.4.2.1). */
export interface Argument {
  /** Under which the command finds it. */
  readonly name: string
  readonly type: 'number' | 'string' | 'strings'
  /** May be left out. Optional positionals are filled from the left, once the others have theirs. */
  readonly optional?: boolean
  /** The value must be known when the script is compiled: no variables in it. */
  readonly constant?: boolean
  /** Judges each constant number or string, of a positional with the tags in sight. */
  check?(value: never, rules: Rules, tags: Given): Judgement
}

/** A `number` argument. */
export function number(name: string, rest: Omit<Argument, 'name' | 'type'> & NumberCheck = {}): Argument {
  return { ...rest, name, type: 'number' } as Argument
}

/** A `string` argument. */
export function string(name: string, rest: Omit<Argument, 'name' | 'type' | 'check'> & StringCheck = {}): Argument {
  return { ...rest, name, type: 'string' } as Argument
}

/** A `string-list` argument. */
export function strings(name: string, rest: Omit<Argument, 'name' | 'type' | 'check'> & StringCheck = {}): Argument {
  return { ...rest, name, type: 'strings' } as Argument
}

interface NumberCheck {
  check?(value: number, rules: Rules, tags: Given): Judgement
}
interface StringCheck {
  check?(value: string, rules: Rules, tags: Given): Judgement
}

/** A tagged or optional argument (RFC 5228 §2.6.2, §2.6.3). */
export interface Tag {
  /** Without the colon. */
  readonly tag: string
  /** What follows the tag. Without it the tag's own presence is the value. */
  readonly argument?: Argument
  /** Tags of one group exclude each other; the group's name finds the tag's name among the arguments. */
  readonly group?: string
  /** Another tag without which this one means nothing. */
  readonly needs?: string
  /** What the command does in place of its own where the tag, without a value, is given; one of its arguments is judged by another check. */
  readonly instead?: {
    readonly argument: string
    readonly check: NonNullable<StringCheck['check']>
    readonly run: Command['run']
  }
  /** With it a test looks at other fields than those of the message's header, by `source`. */
  readonly readsElsewhere?: true
}

/** What a command or a test takes. */
export interface Signature {
  readonly tags?: readonly Tag[]
  /** A group of tags one of which must be there. */
  readonly requiredGroup?: string
  /** Takes MATCH-TYPE and COMPARATOR (RFC 5228 §2.7). */
  readonly matching?: boolean
  /** Takes ADDRESS-PART (RFC 5228 §2.7.4). */
  readonly addressPart?: boolean
  /** Takes MODIFIER (RFC 5229 §4.1). */
  readonly modifiers?: boolean
  readonly positionals?: readonly Argument[]
  /** Takes one test, or a list of them in parentheses. */
  readonly tests?: 'one' | 'list'
  /** Takes a block in place of the semicolon (RFC 5228 §2.8). */
  readonly block?: boolean
  /** Must stand behind one of these commands (RFC 5228 §3.1). */
  readonly follows?: readonly string[]
  /** A sentence about arguments that do not go together, or null. */
  check?(given: Given, rules: Rules): Judgement
  /** What is wrong with where it stands; `enclosing` are the commands in whose blocks it is, the nearest last. */
  checkPlace?(given: Given, enclosing: readonly Enclosing[]): Judgement
}

/** True for text that is known when the script is compiled. */
export function isConstant(text: Text): text is string {
  return typeof text === 'string'
}

/** The group of tags that a modifier is in: of each precedence one may be given. */
export function modifierGroup(modifier: { readonly precedence: number }): string {
  return `modifier ${modifier.precedence}`
}
