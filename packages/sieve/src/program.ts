/**
 * A checked script as plain data: it survives `JSON.stringify`, a database column and a restart.
 *
 * A program holds names and literal arguments only; what a command does is looked up in the extensions at run time,
 * so `run` must be given the extensions that `compile` was given.
 */
import type { Position } from './diagnostic.ts'

/** A program of another format is to be compiled again from its source. */
export const programFormat = 1

export interface Program {
  readonly format: typeof programFormat
  /** The capabilities that the script requires (RFC 5228 §3.2), in the order of their first mention. */
  readonly requires: readonly string[]
  readonly commands: readonly Node[]
  /** The name under which its owner keeps it, once linked: by this it would include itself. */
  readonly name?: string
  /** Scripts that it includes, and those include, once linked; by their place and name (RFC 6609 §3.2). */
  readonly included?: Readonly<Record<string, Included>>
}

/** A script that others include, or what is wrong with it. */
export type Included = { readonly program: Program } | { readonly problem: string }

/**
 * A command or a test with its arguments bound by name: `header :contains "Subject" "x"` has `matchType`,
 * `headerNames` and `keys`. Arguments not given are absent.
 */
export interface Node extends Position {
  readonly name: string
  readonly arguments: Readonly<Record<string, Value>>
  readonly tests?: readonly Node[]
  readonly block?: readonly Node[]
  /** Capabilities that an `ihave` must have found before this runs (RFC 5463 §4). */
  readonly needs?: readonly string[]
  /** Why this cannot run here, though the script may avoid it by `ihave`. */
  readonly unavailable?: string
}

/**
 * A string whose value is known only when the script runs: pieces of text and references that the extension named by
 * `of` resolves (variables, RFC 5229 §3).
 */
export interface Template {
  readonly template: readonly (string | { readonly of: string; readonly reference: string })[]
}

/**
 * Text is Unicode. An octet that is no part of valid UTF-8 stands as the lone surrogate U+DC80 + (octet - 0x80), so
 * that any octets survive (RFC 5228 §2.4.2, §2.4.2.4).
 */
export type Text = string | Template

/** The value of an argument: a number, a flag-like tag (true), a string or a list of strings. */
export type Value = number | boolean | Text | readonly Text[]
