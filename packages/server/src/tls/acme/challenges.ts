/** Challenges that an authority may come for now, of either kind. */
import { TlsAlpnChallenges } from './tls-alpn.ts'

export class Challenges {
  readonly tlsAlpn = new TlsAlpnChallenges()
  readonly #pages = new Map<string, string>()

  /** The page of a token (RFC 8555 §8.3); null where there is none. */
  readonly keyAuthorization = (token: string): string | null => this.#pages.get(token) ?? null

  setPage(token: string, keyAuthorization: string): void {
    this.#pages.set(token, keyAuthorization)
  }

  endPage(token: string): void {
    this.#pages.delete(token)
  }
}
