/** Mail from the Internet by ESMTP, and from other mail servers here by LMTP. */

import type { BlockList } from 'node:net'
import {
  type Answer,
  acceptedReply,
  asText,
  type MailParameters,
  type MessageSink,
  printable,
  priorityOf,
  type Receiver,
  type Recipient,
  Refusal,
  type Reply,
  receivedField,
  replies,
  reply,
  returnPathField,
  type Session,
  type Transaction,
  textParameters,
  tlsWish,
} from '@lemonade/esmtp'
import { withOwnFields } from '@lemonade/filter'
import { headerFields, unfoldedText } from '@lemonade/mime'
import type { Log, Metrics, Rate } from '@lemonade/net'
import type { ContentWriter, Instant, PreparedContent, Route, Store } from '@lemonade/store'
import { accept } from './accept.ts'
import type { Authentication, Authenticator } from './authentication/authenticator.ts'
import { isIn } from './authentication/networks.ts'
import { withResults } from './authentication/results-field.ts'
import type { Arrival, Deliverer } from './deposit.ts'
import { type DoorOptions, Visitor } from './filters/door.ts'
import { type Inspection, type Inspector, isRejection } from './filters/inspector.ts'
import { listedFieldOf, notListed } from './filters/listing.ts'
import { answered, needRoom, type OverQuota } from './full.ts'
import type { MtaLimits } from './limits.ts'
import { returnPathEnd } from './return-path.ts'

export interface IngressOptions {
  readonly store: Store
  readonly deliverer: Deliverer
  readonly hostname: string
  readonly overQuota: OverQuota
  /** null where nothing is authenticated. */
  readonly authenticator: Authenticator | null
  /** null where no filter is asked. */
  readonly inspector: Inspector | null
  /** Who may hand in mail; null where everybody may. */
  readonly door: DoorOptions | null
  /** Clients whose mail is taken as it is, with the results that they wrote. */
  readonly exempt: BlockList
  /** How many messages all others may bring. */
  readonly messageRate: Rate
  readonly limits: MtaLimits
  readonly log: Log
  readonly metrics: Metrics
  readonly now?: () => Instant
}

/** What was found out about a message. */
interface Checks {
  readonly authenticationField: string | null
  /** Of the filters and the lists. */
  readonly fields: string
  /** Where no script decides, it goes to Junk. */
  readonly suspect: boolean
  /** For the log. */
  readonly results: Readonly<Record<string, string>>
}

const notInspected: Inspection = { treatment: 'mark', fields: '', results: {} }

/** Takes mail for local recipients only; there is no relaying, from anywhere (RFC 5321 §7.7). */
export class Ingress implements Receiver {
  readonly #session: Session
  readonly #options: IngressOptions
  readonly #routes = new WeakMap<Recipient, Route>()
  readonly #visitor: Visitor | null

  constructor(session: Session, options: IngressOptions) {
    this.#session = session
    this.#options = options
    this.#visitor = options.door === null ? null : new Visitor(session, options.door)
  }

  async mail(): Promise<void> {
    const { messageRate } = this.#options
    const { remote } = this.#session
    if (!this.#isFromOutside()) return
    if (!messageRate.take(remote.host)) throw new Refusal(replies.tooManyMessages)
    // The answer may be there when the first recipient comes.
    this.#visitor?.listing()
  }

  async rcpt({ reversePath, parameters }: Transaction, recipient: Recipient): Promise<void> {
    const { store, deliverer, overQuota } = this.#options
    const sender = { address: reversePath, account: null, isTrusted: !this.#isFromOutside() }
    const route = await deliverer.route(recipient.address, sender)
    await needRoom(store, route, parameters.size ?? 0, overQuota)
    if (this.#isFromOutside()) await this.#visitor?.mayReach(recipient.address, reversePath)
    this.#routes.set(recipient, route)
  }

  async message(transaction: Transaction): Promise<MessageSink> {
    const { store, limits } = this.#options
    const session = this.#session
    const id = newId()
    const at = (this.#options.now ?? Date.now)()
    const only = transaction.recipients.length === 1 ? (transaction.recipients[0]?.address ?? null) : null
    const { priority, smtpUtf8 } = transaction.parameters
    const trace = { session, id, at, utf8: smtpUtf8 === true, for: only, priority, from: true }
    const prefix = Buffer.from(`${returnPathField(transaction.reversePath)}${receivedField(trace)}`)
    const writer = store.contents.writer({ limitOctets: limits.messageOctets + prefix.length })
    await writer.write(prefix)
    return {
      write: octets => writer.write(octets),
      abort: () => writer.abort(),
      finish: () =>
        this.#finish(writer, prefix.length, transaction.parameters, {
          id,
          at,
          clientAddress: this.#session.remote.host,
          reversePath: transaction.reversePath,
          parameters: textParameters(transaction.parameters),
          destinations: transaction.recipients.flatMap(recipient => {
            const route = this.#routes.get(recipient)
            return route === undefined ? [] : [{ ...recipient, route }]
          }),
        }),
    }
  }

  async #finish(
    writer: ContentWriter,
    prefixOctets: number,
    parameters: MailParameters,
    arrival: Arrival,
  ): Promise<Answer> {
    const taken = await writer.finish()
    let text = taken
    try {
      if (!this.#isFromOutside()) {
        text = await asText(this.#options.store.contents, taken, parameters)
        return await this.#take(text, arrival, {})
      }
      // What is not looked at might be forged, or more signatures than anybody wants to check.
      if (taken.structure.bodyStart > taken.header.length) throw new Refusal(headerTooLong)
      // Signatures are of the message as it was sent.
      const checks = await this.#check(taken, prefixOctets, parameters, arrival)
      text = await asText(this.#options.store.contents, taken, parameters)
      const content = await this.#withResults(text, checks)
      try {
        return await this.#take(content, { ...arrival, quarantined: checks.suspect }, checks.results)
      } finally {
        if (content !== text) await content.discard()
      }
    } finally {
      await text.discard()
    }
  }

  /** True for mail that nobody has looked at who is trusted. */
  #isFromOutside(): boolean {
    const { protocol, remote } = this.#session
    return protocol !== 'LMTP' && !isIn(this.#options.exempt, remote.host)
  }

  /** Who sent it and what it holds, both at once. Throws Refusal, StoreError. */
  async #check(
    content: PreparedContent,
    prefixOctets: number,
    parameters: MailParameters,
    arrival: Arrival,
  ): Promise<Checks> {
    const given = new AbortController()
    const inspecting = this.#inspect(content, prefixOctets, arrival, given.signal)
    inspecting.catch(() => {})
    try {
      const authentication = await this.#authenticate(content, prefixOctets, parameters, arrival)
      const inspection = await inspecting
      const listing = (await this.#visitor?.listing()) ?? notListed
      const isListed = this.#visitor?.isSuspect(listing) === true
      const listed = listing.found.map(({ zone, code }) => `${zone}=${code}`).join(' ')
      return {
        authenticationField: authentication?.field ?? null,
        fields: `${listedFieldOf(listing)}${inspection.fields}`,
        suspect: isListed || authentication?.disposition === 'quarantine' || inspection.treatment === 'junk',
        results: { ...authentication?.results, ...inspection.results, ...(listed === '' ? {} : { listed }) },
      }
    } finally {
      given.abort()
      // The content must stay until nobody reads it.
      await inspecting.catch(() => {})
    }
  }

  /** Throws Refusal where a filter has it so, StoreError. */
  async #inspect(
    content: PreparedContent,
    skipped: number,
    { id, reversePath, destinations }: Arrival,
    signal: AbortSignal,
  ): Promise<Inspection> {
    const { inspector } = this.#options
    const { remote, hello, log } = this.#session
    if (inspector === null) return notInspected
    const found = await inspector.inspect(
      {
        ...{ id, content, skipped, clientAddress: remote.host, hello: hello?.name ?? '', reversePath },
        recipients: destinations.map(({ address }) => address),
        user: null,
      },
      signal,
    )
    if (!isRejection(found)) return found
    log.info({ id, from: reversePath, ...found.results }, 'message refused, as a filter wants')
    throw new Refusal(found.reply)
  }

  /** Null where nothing is authenticated. Throws Refusal where DMARC wants it (RFC 7489 §10.3). */
  async #authenticate(
    content: PreparedContent,
    prefixOctets: number,
    { smtpUtf8 = false }: MailParameters,
    { id, reversePath }: Arrival,
  ): Promise<Authentication | null> {
    const { authenticator } = this.#options
    const { remote, hello, log } = this.#session
    if (authenticator === null) return null
    const sending = { clientAddress: remote.host, hello: hello?.name ?? '', reversePath, utf8: smtpUtf8 }
    const authentication = await authenticator.check(content, prefixOctets, sending)
    const { disposition, author, results } = authentication
    if (disposition !== 'reject') return authentication
    log.info({ id, from: reversePath, author, ...results }, 'message refused, as its author wants by DMARC')
    throw new Refusal(reply(550, '5.7.26', printable(`The DMARC policy of ${author} has this refused (RFC 7489)`)))
  }

  /** By rope: no octet of the body is copied. */
  async #withResults(content: PreparedContent, { authenticationField, fields }: Checks): Promise<PreparedContent> {
    const own = withOwnFields(content.header, returnPathEnd(content.header), fields)
    const header = authenticationField === null ? own : withResults(own, authenticationField, this.#options.hostname)
    if (header === content.header) return content
    const body = { prepared: content, start: content.header.length, end: content.octets }
    const limitOctets = header.length + body.end - body.start
    return this.#options.store.contents.compose([header, body], { limitOctets })
  }

  async #take(content: PreparedContent, arrival: Arrival, results: Checks['results']): Promise<Answer> {
    const { store, deliverer, hostname, overQuota, limits, metrics } = this.#options
    let answers: readonly Reply[]
    try {
      if (isLooping(content.header, hostname, limits)) throw new Refusal(replies.mailLoop)
      // RFC 6710 §4.1: no stranger's message goes before others.
      const highest = this.#isFromOutside() ? 0 : highestPriority
      const priority = priorityOf(arrival.parameters.priority, content.header, highest)
      const accepted = acceptedReply(`Accepted as ${arrival.id}`, priority)
      const { protocol, log } = this.#session
      const { priority: _asked, ...parameters } = arrival.parameters
      const ranked = {
        ...arrival,
        parameters: {
          ...parameters,
          ...tlsWish(parameters.tls, content.header),
          ...(priority.asked ? { priority: priority.value } : {}),
        },
      }
      answers = await accept(content, ranked, protocol, accepted, { store, deliverer, overQuota, log })
      metrics
        .counter('lemonade_mta_messages_total', 'Messages taken in', ['protocol'])
        .inc({ protocol: this.#session.protocol })
      this.#session.log.info(
        {
          id: arrival.id,
          from: arrival.reversePath,
          to: arrival.destinations.map(({ address }) => address),
          octets: content.octets,
          ...results,
          refused: answers.filter(({ code }) => code !== 250).length,
        },
        'message taken in',
      )
    } catch (error) {
      throw answered(error, overQuota)
    }
    return this.#session.protocol === 'LMTP' ? answers : (answers[0] ?? replies.localError)
  }
}

const highestPriority = 9

const headerTooLong = reply(550, '5.6.0', 'The header of the message is too long')

/** Counts the hops that the trace fields tell of (RFC 5321 §6.3). */
export function isLooping(header: Uint8Array, hostname: string, limits: MtaLimits): boolean {
  const received = headerFields(header).filter(({ nameLower }) => nameLower === 'received')
  if (received.length > limits.hops + 1) return true
  const own = new RegExp(`(?:^|\\s)by\\s+${hostname.replace(/[^\w-]/g, '\\$&')}(?=[\\s;(]|$)`, 'i')
  return received.filter(field => own.test(unfoldedText(header, field))).length > limits.ownHops + 1
}

/** Names a message in the log and in its Received field. */
export function newId(): string {
  const octets = crypto.getRandomValues(new Uint8Array(10))
  return Buffer.from(octets).toString('hex').toUpperCase()
}
