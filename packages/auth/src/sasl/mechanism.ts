/** What a SASL mechanism is to this server, and to the protocols that carry it (RFC 4422 §4). */
import type { Authenticator, Identity } from '../authenticator.ts'
import type { Channel } from '../channel.ts'

export type Step =
  | { readonly challenge: Uint8Array }
  /** Success; `finalData` is additional data with success, which a protocol without a place for it sends as a challenge. */
  | { readonly identity: Identity; readonly finalData: Uint8Array | null }

/** One authentication exchange; any rejection (AuthError) ends it. */
export interface Exchange {
  /** True where the server has the first word: a protocol may then refuse an initial response (RFC 4422 §5). */
  readonly serverFirst: boolean
  /** Takes the client's decoded response, or null at the start where there was no initial response. */
  step(response: Uint8Array | null): Promise<Step>
}

export interface Mechanism {
  /** As IANA registered it. */
  readonly name: string
  /** True for a mechanism that can only run bound to the channel (RFC 5801 §3.2). */
  readonly bound: boolean
  begin(authenticator: Authenticator, channel: Channel): Exchange
}

export const noChallenge: Step = { challenge: new Uint8Array(0) }
