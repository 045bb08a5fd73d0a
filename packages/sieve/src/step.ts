/**
 * The questions and the effects of a running script: everything that a host must handle.
 *
 * A running script yields steps. An **ask** must be answered with the type that its line says; an **act** tells what
 * the script has just done and is answered with nothing, or with a `Refusal` that ends the script as a run-time error.
 * Acts are intentions: a host does nothing before the script has ended and then does what the `Outcome` says, all or
 * nothing (RFC 5228 §2.10.6), so a script that fails half-way has done nothing but keep the message.
 */
import type { Position } from './diagnostic.ts'
import type { EditedMessage, Piece } from './edition.ts'
import type { DeliverBy } from './message.ts'

/** Questions, with the type of their answer. */
export type Ask =
  /** Does this mailbox exist and may the script's owner put mail into it? Answer: boolean (RFC 5490 §3.1). */
  | { readonly ask: 'mailbox-exists'; readonly mailbox: string }
  /**
   * Does this mailbox have all of the special uses (RFC 8579 §3)? With null: does each of them have a mailbox of the
   * owner's own? In either case one that exists and that the script's owner may put mail into. Answer: boolean.
   */
  | { readonly ask: 'special-use-exists'; readonly mailbox: string | null; readonly specialUses: readonly string[] }
  /** The same question about the mailbox with this MAILBOXID (RFC 9042 §6). Answer: boolean. */
  | { readonly ask: 'mailbox-id-exists'; readonly mailboxId: string }
  /** The value of a mailbox's metadata as the script's owner sees it (RFC 5490 §3.3). Answer: string, or null for none. */
  | { readonly ask: 'mailbox-metadata'; readonly mailbox: string; readonly entry: string }
  /** The value of the server's metadata as the script's owner sees it (RFC 5490 §4.1). Answer: string, or null for none. */
  | { readonly ask: 'server-metadata'; readonly entry: string }
  /** What is thought of the message (RFC 5235). Answer: ContentVerdict, or null where it was not tested. */
  | { readonly ask: 'content-verdict'; readonly of: 'spam' | 'virus' }
  /** Is this value in the list (RFC 6134 §2.2)? Answer: what is in the list and matches, or null; anything else: no such list. */
  | { readonly ask: 'list-member'; readonly list: string; readonly value: string }
  /** Is there this list (RFC 6134 §2.7)? Answer: boolean. */
  | { readonly ask: 'list-exists'; readonly list: string }
  /** Which addresses are in the list (RFC 6134 §2.3)? Answer: string[], or null where that cannot be told. */
  | { readonly ask: 'list-addresses'; readonly list: string }
  /** Which of these addresses are the script owner's? Answer: a boolean for each, in order (RFC 5230 §4.5). */
  | { readonly ask: 'own-addresses'; readonly addresses: readonly string[] }
  /** Has a script remembered this before, and not too long ago (RFC 7352 §3)? Answer: boolean. */
  | { readonly ask: 'duplicate'; readonly handle: string; readonly id: string }
  /** Octets [start, end) of the message as it came in. Answer: Uint8Array (RFC 5173). */
  | { readonly ask: 'octets'; readonly start: number; readonly end: number }
  /**
   * What does a part become (RFC 6558)? `from` is what it is, `pieces` its body, under its transfer encoding. Answer:
   * ConversionResult, or null where it cannot be converted so.
   */
  | {
      readonly ask: 'conversion'
      readonly from: {
        readonly type: string
        readonly subtype: string
        readonly parameters: readonly (readonly [name: string, value: string])[]
      }
      readonly encoding: string
      readonly pieces: readonly Piece[]
      /** type/subtype in lower case. */
      readonly to: string
      readonly parameters: readonly (readonly [name: string, value: string])[]
    }
  /** A question that an extension from outside brings with it; its name starts with "vnd.". Answer: its own type. */
  | { readonly ask: `vnd.${string}`; readonly [detail: string]: unknown }

export type Answer = unknown

/** A part that was converted: a Content-Type field's value in US-ASCII, and its octets under no transfer encoding. */
export interface ConversionResult {
  readonly contentType: string
  readonly octets: Uint8Array
}

/** What a filter in front of the scripts has found. */
export interface ContentVerdict {
  /**
   * Of `spam`: from 0, clear of it, to 100, certainly spam. Of `virus`, as RFC 5235 §3.3 has it: 1 for none, 2 for one
   * that was replaced, 3 for one that was cured, 4 for a possible and 5 for a certain one.
   */
  readonly value: number
  /** For people; says nothing that a script could depend on. */
  readonly text?: string
}

/** A host's answer to an act that it will not do: the script ends with this sentence as its run-time error. */
export interface Refusal {
  readonly refuse: string
}

/**
 * What a script does with the message. `edited` is what a script has made of it, and is stored or sent in its place; all
 * other messages that come of a script are about the message as it came in. `copy` says that the implicit keep stays (RFC 3894 §3); an outcome has that
 * applied already.
 */
export type Act =
  /** Stores it in the default mailbox: INBOX (RFC 5228 §4.3). `implicit`: the script said nothing (§2.10.2). */
  | {
      readonly do: 'keep'
      readonly implicit: boolean
      readonly flags?: readonly string[]
      readonly edited?: EditedMessage
    }
  /**
   * Stores it in a mailbox (RFC 5228 §4.1). `create`: makes the mailbox where it is missing (RFC 5490 §3.2).
   * `specialUse`: stores it in the owner's mailbox with this use where there is one, and of several in the one named if it
   * is among them; a mailbox that is made gets the use (RFC 8579 §4). `mailboxId`: stores it in the owner's mailbox with
   * this MAILBOXID where there is one (RFC 9042 §4).
   */
  | {
      readonly do: 'fileinto'
      readonly mailbox: string
      readonly create?: boolean
      readonly specialUse?: string
      readonly mailboxId?: string
      readonly flags?: readonly string[]
      readonly edited?: EditedMessage
      readonly copy?: boolean
    }
  /**
   * Sends it on, unchanged, with a Received field more (RFC 5228 §4.2). `address` is a bare addr-spec; `list` is where it
   * comes from where that is a list (RFC 6134 §2.3). With `notify`, `ret` or `by` it is the script owner who sends it, and
   * hears of it, unless it came with the null reverse-path (RFC 6009 §6.1, §7.1).
   */
  | {
      readonly do: 'redirect'
      readonly address: string
      readonly list?: string
      readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[]
      readonly ret?: 'FULL' | 'HDRS'
      readonly by?: DeliverBy
      readonly copy?: boolean
      readonly edited?: EditedMessage
    }
  /** Cancels the implicit keep, silently (RFC 5228 §4.4). */
  | { readonly do: 'discard' }
  /**
   * Refuses it (RFC 5429). `ereject` asks for an SMTP 5xx reply and accepts nothing else where one is possible;
   * `reject` may also be a disposition notification. The reason is text with CRLF line ends.
   */
  | { readonly do: 'reject'; readonly how: 'reject' | 'ereject'; readonly reason: string }
  /**
   * Answers the message (RFC 5230), unless what has this handle was sent to the same address in the last `seconds`; with 0
   * each time (RFC 6131 §2). `recipient` is the owner's address that it was written to; `from` is a list of addresses,
   * of which only the owner's own should be believed. A `mime` reason is an entity with its header.
   */
  | {
      readonly do: 'vacation'
      readonly to: string
      readonly recipient: string
      readonly from: string | null
      readonly subject: string
      readonly reason: string
      readonly mime: boolean
      /** Of the message that is answered, as they stand there; null where it has none. */
      readonly messageId: string | null
      readonly references: string | null
      readonly handle: string
      readonly seconds: number
      readonly fcc?: FileCopy
    }
  /** Tells somebody of the message (RFC 5435). `method` is a URI that has been found valid. */
  | {
      readonly do: 'notify'
      readonly method: string
      readonly from: string | null
      readonly importance: 1 | 2 | 3
      readonly options: readonly string[]
      /** Null: the method's own default. */
      readonly message: string | null
      readonly fcc?: FileCopy
    }
  /** An effect that an extension from outside brings with it; its name starts with "vnd.". */
  | { readonly do: `vnd.${string}`; readonly [detail: string]: unknown }

export type Step = Ask | Act

export function isAsk(step: Step): step is Ask {
  return 'ask' in step
}

/** Where a copy of what is sent goes (RFC 8580), as `fileinto` has it. */
export interface FileCopy {
  readonly mailbox: string
  readonly create?: boolean
  readonly specialUse?: string
  readonly mailboxId?: string
  readonly flags: readonly string[]
}

/** Something seen, under a name that keeps it apart (RFC 7352 §3.2). `last`: an earlier end is moved (§3.3). */
export interface Remembrance {
  readonly handle: string
  readonly id: string
  readonly seconds: number
  readonly last: boolean
}

/** Why a script ended early. A host tells the script's owner (RFC 5228 §2.10.6). */
export interface RuntimeError extends Position {
  /** The included script that it happened in; absent for the one that was run. */
  readonly script?: string
  readonly message: string
  /** What a host's answer or an extension threw, for the log; absent where the script itself is at fault. */
  readonly cause?: unknown
}

/**
 * What is to be done, in order, after the implicit keep and the removal of duplicates: at most one act a mailbox and
 * at most one redirect an address (RFC 5228 §2.10.3). `discard` is never in it: a list without any act that stores,
 * sends or refuses the message means that it is dropped silently.
 *
 * With an `error` the actions are the implicit keep alone.
 */
export interface Outcome {
  readonly actions: readonly Exclude<Act, { do: 'discard' }>[]
  /** What later runs will ask for (`duplicate`): kept when, and only when, the actions have been done. */
  readonly remember: readonly Remembrance[]
  readonly error: RuntimeError | null
  /** Of the budget, for people who tune limits. */
  readonly steps: number
}
