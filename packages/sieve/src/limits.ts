/** The bounds of scripts, all of them (RFC 5228 §2.10.4, §2.10.7). */

export interface SieveLimits {
  /** Octets of a script's source. */
  readonly scriptOctets: number
  /** Blocks, and tests, within each other. RFC 5228 §2.10.7 asks for 15 of each. */
  readonly nesting: number
  /** Commands and tests in a script. */
  readonly commands: number
  /** Strings in one string list. */
  readonly listStrings: number
  /** Findings that the compiler reports before it stops looking. */
  readonly diagnostics: number
  /** Commands, tests and comparisons that one run may take, weighted by the octets that they look at. */
  readonly steps: number
  /** Acts of one run. */
  readonly actions: number
  /** Redirects of one run (RFC 5228 §10). ManageSieve announces it as MAXREDIRECTS. */
  readonly redirects: number
  /** Members of a list that `redirect :list` may send to (RFC 6134 §3). */
  readonly listRedirects: number
  /** Things that one run may have remembered (RFC 7352). */
  readonly remembrances: number
  /** How long anything may be remembered (RFC 7352 §3.3); more is this. */
  readonly memorySeconds: number
  /** The shortest time between two answers of `vacation` to one sender (RFC 6131 §2); `:days` has at least one day. */
  readonly vacationLeastSeconds: number
  /** Notifications of one run (RFC 5435 §8). */
  readonly notifications: number
  /** Scripts within each other, the one that is run included (RFC 6609 §3.1 asks for 3). */
  readonly includeDepth: number
  /** Scripts that one script may include, those that they include counted. */
  readonly includedScripts: number
  /** Variables that one run may set (RFC 5229 §6 asks for 128). */
  readonly variables: number
  /** Of a variable's value; more is cut (RFC 5229 §6 asks for 4000). */
  readonly variableCharacters: number
  /** Flags of one act or of one variable (RFC 5232); more are ignored. */
  readonly flags: number
  /** Characters of a regular expression. */
  readonly regexCharacters: number
  /** States of the machine that a regular expression becomes; intervals multiply what they repeat. */
  readonly regexStates: number
  /** Of what one run writes into its message by editing it: fields, replacements, enclosures. */
  readonly editedOctets: number
  /** How often one run may enclose its message (RFC 5703 §6). */
  readonly enclosures: number
  /** Parts that one run may have converted (RFC 6558); of more, the conversion fails. */
  readonly conversions: number
  /** Of a body's parts, together, that one run may look at (RFC 5173 §8). */
  readonly bodyOctets: number
}

export const defaultSieveLimits: SieveLimits = {
  scriptOctets: 1024 * 1024,
  nesting: 32,
  commands: 20_000,
  listStrings: 10_000,
  diagnostics: 100,
  steps: 1_000_000,
  actions: 64,
  redirects: 4,
  listRedirects: 50,
  remembrances: 100,
  memorySeconds: 7_776_000,
  vacationLeastSeconds: 0,
  notifications: 5,
  includeDepth: 10,
  includedScripts: 50,
  variables: 1000,
  variableCharacters: 32_768,
  flags: 100,
  regexCharacters: 2000,
  regexStates: 5000,
  editedOctets: 4 * 1024 * 1024,
  enclosures: 10,
  conversions: 20,
  bodyOctets: 4 * 1024 * 1024,
}
