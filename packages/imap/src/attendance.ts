/**
 * What the rest of the server knows of a session: who is here and listens (RFC 5551 §5.3), that somebody has come or gone
 * (RFC 5423 §4.3), and on whose behalf the store is changed (§5).
 */
import type { Channel, Identity } from '@lemonade/auth'
import type { Log } from '@lemonade/net'
import type { Origin, Store } from '@lemonade/store'

/** Why a session is over (RFC 5423 §4.3): it said so, was silent, was sent away, or was cut. */
export type Ending = 'graceful' | 'timeout' | 'shutdown' | 'abort'

/** A client that is told something, or ends IDLE to fetch it, mostly listens again soon: until then it counts as if it did. */
const pauseMilliseconds = 5_000

export class Attendance {
  /** The store, for what this user does. */
  readonly store: Store
  readonly #identity: Identity
  readonly #facts: Readonly<Record<string, unknown>>
  readonly #presence: ReturnType<Store['presence']['enter']>
  readonly #log: Log
  readonly #since = performance.now()
  #pause: NodeJS.Timeout | null = null

  constructor(store: Store, identity: Identity, channel: Channel, hostname: string, log: Log) {
    const origin: Origin = {
      service: 'imap',
      user: identity.authorizedAs,
      clientIP: channel.remote,
      ...(channel.remotePort === undefined ? {} : { clientPort: channel.remotePort }),
      ...(channel.localPort === undefined ? {} : { serverPort: channel.localPort }),
    }
    this.store = store.by(origin)
    this.#identity = identity
    this.#facts = { serverDomain: hostname, credential: identity.credential, secure: channel.secure }
    this.#log = log
    this.#presence = store.presence.enter(identity.account.id, { service: 'imap', credential: identity.credential })
    this.#tell('Login', {})
  }

  listens(isListening: boolean): void {
    if (this.#pause !== null) clearTimeout(this.#pause)
    this.#pause = null
    if (isListening) this.#presence.listens(true)
    else this.#pause = setTimeout(() => this.#presence.listens(false), pauseMilliseconds).unref()
  }

  leave(ending: Ending): void {
    if (this.#pause !== null) clearTimeout(this.#pause)
    this.#presence.leave()
    this.#tell('Logout', { disconnect: ending, seconds: Math.round((performance.now() - this.#since) / 1000) })
  }

  /** Nobody waits for it: who logs in has changed nothing. */
  #tell(type: string, parameters: Readonly<Record<string, unknown>>): void {
    const event = { type, account: this.#identity.account.id, parameters: { ...this.#facts, ...parameters } }
    this.store.outbox
      .tell([event])
      .catch((error: unknown) => this.#log.warn({ err: error, type }, 'An event was not told'))
  }
}
