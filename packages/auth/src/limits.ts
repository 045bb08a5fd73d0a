/** Every bound of this package, with its default. */

export interface AuthLimits {
  /** Failures from one IPv4 address or IPv6 /64 within `failureWindowSeconds` before it must wait. */
  readonly failuresPerAddress: number
  /** Failures for one account name, existing or not, before strangers to it must wait. */
  readonly failuresPerAccount: number
  /** How long it takes to forget as many failures as the limits allow. */
  readonly failureWindowSeconds: number
  /** The first failure of an address is answered after this long, each further one after twice as long. */
  readonly failureDelayMilliseconds: number
  /** No answer to a failure is held back longer. */
  readonly failureDelayMaximumMilliseconds: number
  /** Addresses, account names and known pairs of both that are remembered; the longest unseen go first. */
  readonly rememberedPeers: number
  /** One decoded SASL response. */
  readonly responseOctets: number
  /** A password, prepared, as UTF-8. */
  readonly passwordOctets: number
  /** The account's own password and its app passwords. */
  readonly credentialsPerAccount: number
  /** Key derivations that wait for a thread; past it, 'unavailable'. */
  readonly waitingDerivations: number
  /** Passwords that were right and are recognised without a derivation for `recentLoginSeconds`. */
  readonly recentLogins: number
  readonly recentLoginSeconds: number
}

export const defaultAuthLimits: AuthLimits = {
  failuresPerAddress: 60,
  failuresPerAccount: 20,
  failureWindowSeconds: 600,
  failureDelayMilliseconds: 250,
  failureDelayMaximumMilliseconds: 4_000,
  rememberedPeers: 20_000,
  responseOctets: 8_192,
  passwordOctets: 1_024,
  credentialsPerAccount: 32,
  waitingDerivations: 256,
  recentLogins: 10_000,
  recentLoginSeconds: 600,
}
