/** The scripts of mailboxes (RFC 6785) as IMAP sessions know them: run them, and say where they are managed. */
import { setTimeout as delay } from 'node:timers/promises'
import { EventScripts, type EventScriptsOptions } from '@lemonade/filter'

/** Of ManageSieve (RFC 5804 §1.8). */
const usualPort = 4190

export class MailboxScripts {
  readonly #hostname: string
  readonly #scripts: EventScripts
  #port: number | null = null

  constructor(options: EventScriptsOptions) {
    this.#hostname = options.hostname
    this.#scripts = new EventScripts(options)
  }

  /** ManageSieve has begun to listen, at this port; or at none. */
  managedAt(port: number | undefined): void {
    this.#port = port ?? null
  }

  /** sieveurl-server = "sieve://" authority (RFC 5804 §3); null where nobody manages scripts. */
  get url(): string | null {
    if (this.#port === null) return null
    return `sieve://${this.#hostname}${this.#port === usualPort ? '' : `:${this.#port}`}`
  }

  happened(event: Parameters<EventScripts['happened']>[0]): Promise<void> {
    return this.#scripts.happened(event)
  }

  /** Lets scripts that wait run, for at most this long. */
  async stop(graceMilliseconds: number): Promise<void> {
    const over = new AbortController()
    await Promise.race([
      this.#scripts.settled().finally(() => over.abort()),
      delay(graceMilliseconds, undefined, { signal: over.signal }).catch(() => {}),
    ])
  }
}
