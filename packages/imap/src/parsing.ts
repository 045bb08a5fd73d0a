/** What a command's parser may ask for beside its octets. It knows no store and no session. */
import type { PreparedContent } from '@lemonade/store'
import type { Dialect } from './dialect.ts'
import type { WrittenName } from './grammar/mailbox.ts'
import type { ImapLimits } from './limits.ts'
import type { Tables } from './registry.ts'
import type { Parser } from './wire/parser.ts'
import type { LiteralHeader } from './wire/reader.ts'

export interface Parsing {
  readonly tables: Tables
  readonly limits: ImapLimits
  readonly input: Input
  /** Mailbox names come as UTF-8. */
  readonly utf8: boolean
  readonly dialect: Dialect
  /** The mailbox names that were read, in their order. */
  readonly names: WrittenName[]
}

/** For rows with `streams`: the literals that have not come yet. */
export interface Input {
  /** The literal that the octets end with, if any. */
  readonly pending: LiteralHeader | null
  /** Brings a small literal, and what stands behind it, to the parser. */
  load(p: Parser): Promise<void>
  /** Takes the pending literal in as a message, then brings what stands behind it to the parser. */
  message(p: Parser): Promise<PreparedContent>
}
