/** What a filter of the administrator's is shown, and what it says. */
import type { PreparedContent } from '@lemonade/store'

/** What becomes of a message; each outdoes those before it. All that is taken in is marked with what was found. */
export const treatments = ['mark', 'junk', 'defer', 'refuse'] as const
export type Treatment = (typeof treatments)[number]

/** Whether mail is taken in while a filter cannot be asked. */
export const unavailableAnswers = ['accept', 'defer'] as const
export type Unavailable = (typeof unavailableAnswers)[number]

/** A message with all that is known of where it comes from. */
export interface Examined {
  readonly id: string
  readonly content: PreparedContent
  /** Octets at its beginning that are this server's own. */
  readonly skipped: number
  readonly clientAddress: string
  readonly hello: string
  readonly reversePath: string
  readonly recipients: readonly string[]
  /** The account that submits it; null for mail from elsewhere. */
  readonly user: string | null
}

export interface Finding {
  /** One word, for metrics and the log. */
  readonly result: string
  readonly treatment: Treatment
  /** For the log: what it was found to be. */
  readonly detail: string
  /** A field of ours (RFC 5235): its number, and what stands behind. */
  readonly field: { readonly of: 'spam' | 'virus'; readonly text: string } | null
}

export interface ContentFilter {
  readonly name: string
  readonly unavailable: Unavailable
  /** Rejects where nothing was found out; with TooBig where the filter does not take messages of this size. */
  examine(message: Examined, signal: AbortSignal): Promise<Finding>
}

/** The filter looks at no message so large: nobody has tested it. */
export class TooBig extends Error {}

/** The message as it was sent. */
export function sentOctets({ content, skipped }: Examined): AsyncIterable<Uint8Array> {
  return content.read(skipped, content.octets)
}

/** The one that outdoes the other. */
export function stronger(one: Treatment, other: Treatment): Treatment {
  return treatments.indexOf(one) >= treatments.indexOf(other) ? one : other
}
