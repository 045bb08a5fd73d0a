/**
 * THE contract: every extension point, all of it optional fields of one value. The base language is written by the
 * same fields (`core/`), and shared code never asks which extension: it asks the tables that come of them.
 *
 * A new capability is one file with one `extension({…})` and one line in a list; an outsider's goes into the
 * `extensions` option of `compile` and `run`.
 */

import type { SieveAddress } from './address.ts'
import type { Arguments } from './arguments.ts'
import type { Machine } from './machine.ts'
import type { Comparator, MatchType } from './match.ts'
import type { SieveEnvelope } from './message.ts'
import type { NotifyMethod } from './notify-methods/method.ts'
import type { Template } from './program.ts'
import type { Rules, Signature, Tag } from './signature.ts'
import type { Act, Answer, Step } from './step.ts'

/** A computation that may ask and act before it has its result. */
export type Asking<Result> = Generator<Step, Result, Answer>

/** An action or control command (RFC 5228 §2.9). */
export interface Command extends Signature {
  /**
   * `before` is what the command that this one `follows` answered with; null where it follows none. What this one
   * answers with is handed to the next.
   */
  run(given: Arguments, machine: Machine, before: unknown): unknown | Asking<unknown>
}

/** A test command. Plain functions are faster than generators: use the latter only to ask. */
export interface Test extends Signature {
  run(given: Arguments, machine: Machine): boolean | Asking<boolean>
}

/** Which part of an address a test looks at; null where the address has no such part and so matches nothing. */
export interface AddressPart {
  of(address: SieveAddress, machine: Machine): string | null
}

/** A part of the envelope that `envelope` may name. */
export interface EnvelopePart {
  /** Its values are no addresses, so that no address part can be asked for (RFC 6009 §4). */
  readonly isPlain?: true
  /** Addresses, '' for the null reverse-path; or plain text. */
  of(envelope: SieveEnvelope, given: Arguments, machine: Machine): readonly string[]
}

/** A modifier of `set` (RFC 5229 §4.1). Two of one precedence exclude each other; the largest goes first. */
export interface Modifier {
  readonly precedence: number
  of(text: string): string
}

/** A namespace of variables (RFC 5229 §3): what stands behind `NAME.` in a reference is its own business. */
export interface Namespace {
  /** A sentence about what is no name of a variable in it, or null. */
  check(name: string): string | null
  /** '' for a variable that has never been set. */
  get(name: string, machine: Machine): string
  /** Without it, scripts cannot set its variables. */
  set?(name: string, value: string, machine: Machine): void
}

export interface FieldValues {
  readonly values: readonly string[]
  readonly count?: number
}

/** Fields that a test looks at in place of those of the message's header. */
export interface FieldSource {
  /**
   * What the test looks at, in order. `raw` has its encoded words as they are, for what parses them. `count` is what
   * `:count` counts, where that is not the number of values.
   */
  values(names: readonly string[], form: 'decoded' | 'raw'): Asking<FieldValues>
  exists(name: string): Asking<boolean>
}

export interface SieveExtension {
  /** The words by which `require` asks for it; case-sensitive (RFC 5228 §6). */
  readonly capabilities: readonly string[]
  /** Part of the base language: usable without `require`. */
  readonly always?: true
  readonly rfc?: number
  readonly commands?: Readonly<Record<string, Command>>
  readonly tests?: Readonly<Record<string, Test>>
  /** Tags attached to commands and tests that know nothing of them. What they mean is the `act` hook's business. */
  readonly tags?: readonly (Tag & { readonly on: readonly string[] })[]
  readonly matchTypes?: Readonly<Record<string, MatchType>>
  readonly addressParts?: Readonly<Record<string, AddressPart>>
  /** A comparator other than the core's is required as `comparator-NAME`, which must be among the capabilities. */
  readonly comparators?: Readonly<Record<string, Comparator>>
  readonly envelopeParts?: Readonly<Record<string, EnvelopePart>>
  readonly modifiers?: Readonly<Record<string, Modifier>>
  /** Ways of notifying, by the scheme of their URIs in lower case (RFC 5435 §3.2). */
  readonly notifyMethods?: Readonly<Record<string, NotifyMethod>>
  /** By their names in lower case. */
  readonly namespaces?: Readonly<Record<string, Namespace>>
  /** Words that its own word requires too (RFC 6131 §2). */
  readonly implies?: readonly string[]
  /** A script that requires it looks for the others when it runs: lacking one is no error before (RFC 5463 §4). */
  readonly defersChecks?: true
  /**
   * Replaces sequences in every string of a script that requires the extension, in the order of the list, when the
   * script is compiled. Throws `BadText` with a sentence for what is an error.
   */
  decodeText?(text: string): string
  /** Finds references in text; answers with the text itself where there is none. Throws `BadText`. */
  templateOf?(text: string, rules: Rules): string | Template
  /** The value of a reference that `templateOf` left. */
  resolve?(reference: string, machine: Machine): string
  /** Called for each act, the implicit keep included, before a host hears of it; may change it or fail. */
  act?(act: Act, given: Arguments, machine: Machine): Act
  /** Narrows the occurrences of header fields that a test is about to look at, in their order (RFC 5260 §6). */
  fields?(fields: readonly string[], given: Arguments, machine: Machine): readonly string[]
  /** Where a test finds its fields, if its tags ask for others than those of the message's header; else null. */
  source?(given: Arguments, machine: Machine): FieldSource | null
  /** Told of the wildcards of each successful `:matches`: first the whole value, then a string a wildcard. */
  matched?(captures: readonly string[], machine: Machine): void
}

/** What a script's string must not contain; the sentence goes into the diagnostic. */
export class BadText extends Error {}

/** Declares an extension. The identity function: it is there for the types and for the reader. */
export function extension(value: SieveExtension): SieveExtension {
  return value
}
