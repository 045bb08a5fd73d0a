/** A regular expression as a tree. */
import type { CharacterSet } from './characters.ts'

/** What takes no character: ends of the value, and of words. */
export type Assertion = 'start' | 'end' | 'word-edge' | 'no-word-edge' | 'word-start' | 'word-end'

export type Tree =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'all'; readonly of: readonly Tree[] }
  | { readonly kind: 'either'; readonly of: readonly Tree[] }
  /** `most` null: as often as it can. */
  | { readonly kind: 'repeat'; readonly of: Tree; readonly least: number; readonly most: number | null }
  /** In parentheses; counted from 1. */
  | { readonly kind: 'group'; readonly of: Tree; readonly index: number }

/** What is no regular expression, or one too large; the sentence goes into the diagnostic. */
export class BadRegex extends Error {}
