/**
 * Tells other domains, once a day, how TLS to their servers went (RFC 8460).
 *
 * - A day is reported when it is over, after a delay that is another on each server (RFC 8460 §4.1).
 * - By mail only under a signature, without which a report must be ignored (RFC 8460 §3).
 * - What could not be delivered is tried again for a day (RFC 8460 §5.5), and then forgotten.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { asciiDomain } from '@lemonade/esmtp'
import type { Log } from '@lemonade/net'
import type { Deposit, Instant, Store, TlsReportState } from '@lemonade/store'
import { type Dns, DnsError } from '../../dns/record.ts'
import { dayOf, startOf } from '../policy/results.ts'
import { type ReportFacts, tlsReport } from './body.ts'
import { reportMail } from './mail.ts'
import { type PostOptions, postReport } from './post.ts'
import { type ReportTarget, reportTargets } from './record.ts'

export interface ReporterOptions {
  readonly store: Store
  readonly hostname: string
  readonly resolver: Dns
  readonly post: PostOptions
  /** Mail that is sent is signed. */
  readonly signs: boolean
  readonly log: Log
  readonly now: () => Instant
  readonly random: () => number
}

const compress = promisify(gzip)
const [everyMilliseconds, longestDelayMilliseconds] = [900_000, 14_400_000]
const dayMilliseconds = 86_400_000
const page = 100

export class Reporter {
  readonly #options: ReporterOptions
  readonly #delayMilliseconds: number
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  readonly #ending = new AbortController()

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#delayMilliseconds = Math.floor(options.random() * longestDelayMilliseconds)
  }

  start(): void {
    this.#again()
    this.#timer = setInterval(() => this.#again(), everyMilliseconds)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#running
  }

  /** Makes all reports that are due. */
  async run(): Promise<void> {
    const { store, now } = this.#options
    while (!this.#ending.signal.aborted) {
      const due = await store.tlsReports.due(dayOf(now() - this.#delayMilliseconds), now(), page)
      if (due.length === 0) return
      for (const report of due) {
        if (this.#ending.signal.aborted) return
        await this.#report(report)
      }
    }
  }

  #again(): void {
    this.#running = this.#running
      .then(() => this.run())
      .catch(error => this.#options.log.error({ err: error }, 'reports of TLS could not be made'))
  }

  async #report(report: TlsReportState): Promise<void> {
    const { day, domain } = report
    const settle = (state: TlsReportState['state'], detail: string, deposit: Deposit | null = null) =>
      this.#settle(report, state, detail, deposit)
    const targets = await this.#targets(domain)
    if (targets === 'unknown') return settle('waiting', 'DNS does not answer')
    if (targets === null) return settle('unwanted', '')
    const submitter = await this.#submitter()
    const facts: ReportFacts = { submitter: submitter ?? asciiDomain(this.#options.hostname), domain, day }
    const results = await this.#options.store.tlsReports.results(day, domain)
    const compressed = await compress(JSON.stringify(tlsReport(facts, results)))
    let failed = 'the record names no address'
    for (const target of targets) {
      try {
        if (target.scheme === 'https') {
          await postReport(target.url, compressed, this.#options.post, this.#ending.signal)
          return await settle('sent', target.uri)
        }
        if (submitter !== null) {
          return await settle('sent', target.uri, await this.#mail(facts, target.address, compressed))
        }
        failed = 'no domain here has keys to sign a report by mail with'
      } catch (error) {
        failed = `${target.uri}: ${error instanceof Error ? error.message : String(error)}`
      }
    }
    // What was cut off is as it was before.
    if (!this.#ending.signal.aborted) await settle('waiting', failed)
  }

  /** A report that waits beyond its day fails. */
  async #settle(
    { day, domain, attempts }: TlsReportState,
    state: TlsReportState['state'],
    detail: string,
    deposit: Deposit | null,
  ): Promise<void> {
    const { store, log, now } = this.#options
    const nextAt = now() + everyMilliseconds * 2 ** Math.min(attempts, 5)
    const isOver = nextAt > startOf(day + 2) + longestDelayMilliseconds
    const settled = state === 'waiting' && isOver ? 'failed' : state
    try {
      await store.tlsReports.settle({ day, domain, state: settled, nextAt, detail }, deposit)
    } finally {
      await deposit?.content.discard()
    }
    if (settled === 'sent') log.info({ domain, to: detail }, 'a report of TLS was sent')
    if (settled === 'failed') log.warn({ domain, reason: detail }, 'a report of TLS could not be sent')
  }

  async #targets(domain: string): Promise<readonly ReportTarget[] | null | 'unknown'> {
    try {
      return reportTargets((await this.#options.resolver.look(`_smtp._tls.${domain}`, 'TXT')).records)
    } catch (error) {
      if (error instanceof DnsError) return 'unknown'
      throw error
    }
  }

  /** A domain that mail can be signed for: the host's own, the one that it is in, any other. */
  async #submitter(): Promise<string | null> {
    const { store, hostname, signs } = this.#options
    if (!signs) return null
    const parent = hostname.slice(hostname.indexOf('.') + 1)
    const others = (await store.domains.list()).map(({ name }) => name)
    for (const domain of [hostname, parent, ...others]) {
      const keys = await store.dkimKeys.list(domain)
      if (keys.some(({ state }) => state === 'active')) return asciiDomain(domain)
    }
    return null
  }

  async #mail(facts: ReportFacts, to: string, compressed: Uint8Array): Promise<Deposit> {
    const { store, now } = this.#options
    const mail = Buffer.from(reportMail(facts, to, compressed, now()))
    const writer = store.contents.writer({ limitOctets: mail.length })
    await writer.write(mail)
    // RFC 8460 §3, §5.4: it goes whatever TLS is like, and is not told of in the next report.
    const options = { notify: ['NEVER'] as const, body: '7BIT' as const, authored: true, tls: 'optional' as const }
    const entry = { reversePath: '', recipient: to, expiresAt: now() + dayMilliseconds, options }
    return { content: await writer.finish(), deliveries: [], enqueue: [entry] }
  }
}
