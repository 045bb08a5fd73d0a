/**
 * For tests of TLS on the way out: a store with a queue and the MTA that empties it, a DNS server, an authority, and mail
 * servers with TLS on addresses of 127.0.0.0/8, all at one port.
 */
import { X509Certificate } from 'node:crypto'
import type { NewQueueEntry, QueueEntry, Store } from '@lemonade/store'
import type { SMTPServerOptions } from 'smtp-server'
import type { TlsaRecord } from '../../dns/record.ts'
import { DnsTestServer, testResolver } from '../../dns/testing.ts'
import type { MtaLimits } from '../../limits.ts'
import type { MtaOptions, MtaService } from '../../service.ts'
import { messagesIn, openTestStore, startMta, untilQueue } from '../../testing.ts'
import { Sink } from '../sink.testing.ts'
import { authority, type Issued, issue } from './authority.testing.ts'
import { PolicyHost, policyText } from './policy-host.testing.ts'
import { dayOf } from './results.ts'

export interface ServerWanted {
  /** Its certificate, and what it shows behind it; null for none. */
  readonly chain?: readonly Issued[] | null
  readonly options?: SMTPServerOptions
  readonly keywords?: readonly string[]
}

export const root = authority()
/** Certificates of an authority that nobody knows. */
export const unknownRoot = authority('unknown')

export class World {
  readonly store: Store
  readonly dns: DnsTestServer
  readonly policyHost: PolicyHost
  readonly sinks: Sink[] = []
  port = 0
  /** Of the store and the MTA: each test has a day of its own. */
  clock = 0
  #service: MtaService | null = null
  #told = 0
  readonly #close: () => Promise<void>

  private constructor(store: Store, dns: DnsTestServer, policyHost: PolicyHost, close: () => Promise<void>) {
    this.store = store
    this.dns = dns
    this.policyHost = policyHost
    this.#close = close
  }

  static async open(): Promise<World> {
    let clock = () => Date.now()
    const { store, close } = await openTestStore({ clock: () => clock() })
    const dns = await DnsTestServer.start()
    const host = issue({ names: ['mta-sts.far.example', 'mta-sts.relay.example'] }, root)
    const world = new World(store, dns, await PolicyHost.start(host), close)
    world.clock = Date.now()
    clock = () => world.clock
    return world
  }

  /** The next day, on which nobody remembers anything: policies have expired. */
  async reset(): Promise<void> {
    await this.stop()
    for (const sink of this.sinks.splice(0)) await sink.stop()
    this.port = 0
    for (const { id } of await this.queued()) await this.store.queue.remove(id)
    this.dns.forget()
    this.policyHost.pages.clear()
    this.policyHost.asked.length = 0
    this.clock += 86_400_000
    this.#told = (await messagesIn(this.store, 'alice@example.org')).length
  }

  /** What alice has been told today. */
  async bounces(): Promise<string[]> {
    return (await messagesIn(this.store, 'alice@example.org')).slice(this.#told).map(({ text }) => text)
  }

  async close(): Promise<void> {
    await this.#service?.stop(0)
    for (const sink of this.sinks) await sink.stop()
    await Promise.all([this.dns.stop(), this.policyHost.stop(), this.#close()])
  }

  /** A mail server at an address; it says which by its number among them. */
  async server(address: string, wanted: ServerWanted = {}): Promise<Sink> {
    const { chain = [issue({ names: ['mx.far.example'] }, root)], options = {}, keywords = [] } = wanted
    const [first] = chain ?? []
    const tls =
      first === undefined
        ? { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }
        : { key: first.key, cert: chain?.map(({ certificate }) => certificate).join('') }
    const sink = new Sink({ ...tls, ...options } as SMTPServerOptions, keywords)
    this.port = await sink.listen(address, this.port)
    this.sinks.push(sink)
    return sink
  }

  /** far.example with one host, mx.far.example at 127.0.0.1, or several. */
  far(
    secure: boolean,
    hosts: readonly (readonly [name: string, address: string])[] = [['mx.far.example', '127.0.0.1']],
  ) {
    const mx = hosts.map(([exchange], at) => ({ priority: at * 10, exchange }))
    this.dns.say('MX', 'far.example', mx, { secure })
    for (const [name, address] of hosts) this.dns.say('A', name, [address], { secure })
  }

  tlsa(host: string, records: readonly TlsaRecord[], secure = true): void {
    this.dns.say('TLSA', `_${this.port}._tcp.${host}`, records, { secure })
  }

  /** A policy of MTA-STS of far.example. */
  sts(mode: string, mx: readonly string[] = ['mx.far.example'], domain = 'far.example'): void {
    this.dns.say('TXT', `_mta-sts.${domain}`, [['v=STSv1; id=1']]).say('A', `mta-sts.${domain}`, ['127.0.0.1'])
    this.policyHost.pages.set(`mta-sts.${domain}`, { text: policyText(mode, mx) })
  }

  async start(options: Partial<Omit<MtaOptions, 'limits'>> & { limits?: Partial<MtaLimits> } = {}): Promise<void> {
    this.#service = await startMta(this.store, {
      resolver: testResolver([this.dns]),
      certificateAuthority: root.certificate,
      policyPort: this.policyHost.port,
      outboundPort: this.port,
      now: () => this.clock,
      ...options,
      limits: { connectSeconds: 5, ...options.limits },
    })
  }

  async stop(graceMilliseconds = 1000): Promise<void> {
    await this.#service?.stop(graceMilliseconds)
    this.#service = null
  }

  async enqueue(entry: Partial<NewQueueEntry> = {}, text = 'Subject: out\r\n\r\ntext\r\n'): Promise<void> {
    const writer = this.store.contents.writer({ limitOctets: 100_000 })
    await writer.write(Buffer.from(text))
    const base = { reversePath: 'alice@example.org', recipient: 'bob@far.example', expiresAt: this.clock + 3_600_000 }
    await this.store.messages.deposit({
      content: await writer.finish(),
      deliveries: [],
      enqueue: [{ ...base, ...entry }],
    })
  }

  /** Sends one message; how it went: whether encrypted, or why it waits. */
  async send(entry: Partial<NewQueueEntry> = {}, text?: string): Promise<string> {
    await this.enqueue(entry, text)
    await this.start()
    try {
      const [deferred] = await untilQueue(this.store, entries =>
        entries.every(({ attempts }) => attempts > 0) ? entries : null,
      )
      if (deferred !== undefined) return `waits: ${deferred.lastReply}`
      const at = this.sinks.findIndex(({ got }) => got.length > 0)
      const got = this.sinks[at]?.got.at(-1)
      return got === undefined ? 'gone' : `${got.secure ? 'encrypted' : 'plain'} to ${at}`
    } finally {
      await this.stop()
    }
  }

  async queued(): Promise<readonly QueueEntry[]> {
    return this.store.queue.list()
  }

  /** What would be reported of today: `POLICY DOMAIN: RESULT COUNT`. */
  async told(domain = 'far.example'): Promise<string[]> {
    const results = await this.store.tlsReports.results(dayOf(this.clock), domain)
    return results.map(({ policy, failure, sessions }) => {
      const { 'policy-type': type, 'policy-domain': of } = JSON.parse(policy) as Record<string, string>
      const result = failure === '' ? 'success' : (JSON.parse(failure) as Record<string, string>)['result-type']
      return `${type} ${of}: ${result} ${sessions}`
    })
  }
}

/** The record of RFC 7672 §3.1: DANE-EE(3) SPKI(1), whole so that tests read. */
export function daneEe({ spki }: Issued): TlsaRecord {
  return { usage: 3, selector: 1, matchingType: 0, data: spki }
}

/** DANE-TA(2) of a certificate. */
export function daneTa({ certificate }: Issued): TlsaRecord {
  return { usage: 2, selector: 0, matchingType: 0, data: new Uint8Array(new X509Certificate(certificate).raw) }
}
