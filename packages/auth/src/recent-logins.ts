/**
 * Passwords that were right a short while ago, so that a phone that reconnects each minute costs no key derivation.
 *
 * Kept is an HMAC under a key that lives and dies with the process, and the verifier that the password matched: a
 * credential that was replaced or removed since is not recognised.
 */
import { createHmac } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'
import type { AuthLimits } from './limits.ts'

interface Login {
  readonly label: string
  readonly verifier: string
  readonly until: number
}

export class RecentLogins {
  readonly #key: Uint8Array
  readonly #clock: () => number
  readonly #milliseconds: number
  readonly #logins: BoundedMap<string, Login>

  constructor(limits: AuthLimits, clock: () => number, random: (octets: number) => Uint8Array) {
    this.#key = random(32)
    this.#clock = clock
    this.#milliseconds = limits.recentLoginSeconds * 1000
    this.#logins = new BoundedMap(limits.recentLogins)
  }

  /** The label of the credential that the password is known to match, or null. */
  label(
    account: number,
    password: string,
    credentials: readonly { readonly label: string; readonly verifier: string }[],
  ): string | null {
    const key = this.#fingerprint(account, password)
    const login = this.#logins.get(key)
    if (login === undefined) return null
    const stands = credentials.some(({ label, verifier }) => label === login.label && verifier === login.verifier)
    if (stands && this.#clock() < login.until) return login.label
    this.#logins.delete(key)
    return null
  }

  note(account: number, password: string, label: string, verifier: string): void {
    const until = this.#clock() + this.#milliseconds
    this.#logins.set(this.#fingerprint(account, password), { label, verifier, until })
  }

  #fingerprint(account: number, password: string): string {
    return createHmac('sha256', this.#key).update(`${account}\0${password}`).digest('base64')
  }
}
