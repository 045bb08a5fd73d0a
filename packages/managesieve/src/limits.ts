/** Every bound of this package, with its default. */

export interface ManageSieveLimits {
  /** Open connections, altogether. */
  readonly connections: number
  /** From one IPv4 address or IPv6 /64. */
  readonly connectionsPerAddress: number
  /** One line of a command, without its literals. */
  readonly lineOctets: number
  /** A literal that is no script: names, SASL responses. Before login every literal. */
  readonly literalOctets: number
  /** A script. */
  readonly scriptOctets: number
  /** A script that is too large is read and dropped up to here, so that its NO is heard; past it, BYE. */
  readonly discardOctets: number
  /** Scripts of an account. */
  readonly scripts: number
  /** Unicode characters of a script's name; RFC 5804 §1.6 asks for 128. */
  readonly scriptNameCharacters: number
  /** Failed AUTHENTICATE commands of one connection. */
  readonly authenticationFailures: number
  /** How long a client that is not logged in may be silent. */
  readonly idleSecondsBeforeLogin: number
  /** How long one that is logged in may be; RFC 5804 §1.2 asks for 30 minutes. */
  readonly idleSeconds: number
}

export const defaultManageSieveLimits: ManageSieveLimits = {
  connections: 2_000,
  connectionsPerAddress: 20,
  lineOctets: 8_192,
  literalOctets: 16_384,
  scriptOctets: 1_048_576,
  discardOctets: 16_777_216,
  scripts: 100,
  scriptNameCharacters: 256,
  authenticationFailures: 3,
  idleSecondsBeforeLogin: 120,
  idleSeconds: 1_800,
}
