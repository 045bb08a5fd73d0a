/** What an account may submit, and how it comes into the queue (RFC 6409). */
import {
  type Answer,
  acceptedReply,
  domainOf,
  localForm,
  type MailParameters,
  type MessageSink,
  type Priority,
  priorityOf,
  type Receiver,
  type Recipient,
  Refusal,
  type Reply,
  receivedField,
  replies,
  reply,
  type Session,
  type Transaction,
  textOf,
  textParameters,
  tlsWish,
} from '@lemonade/esmtp'
import type { Log, Metrics } from '@lemonade/net'
import type { Account, NewQueueEntry, PreparedContent, Store } from '@lemonade/store'
import { Composition } from './composition.ts'
import { mendHeader } from './header.ts'
import type { SubmitLimits } from './limits.ts'
import { Sender } from './sender.ts'

/** A message with where it comes from. */
export interface Submitted {
  readonly id: string
  readonly content: PreparedContent
  /** Octets at its beginning that are this server's own. */
  readonly skipped: number
  readonly clientAddress: string
  readonly hello: string
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly user: string
}

/** Says why a message is not let through, null where it is. */
export type Inspect = (message: Submitted) => Promise<Reply | null>

export interface SubmissionOptions {
  readonly store: Store
  readonly hostname: string
  readonly delimiter: string
  readonly inspect?: Inspect | null
  /** Received fields say where a client is; default: they do not. */
  readonly tellsClient?: boolean
  readonly limits: SubmitLimits
  readonly log: Log
  readonly metrics: Metrics
}

/** Of an administrator's messages. */
const highestPriority = 9

/** RFC 4865 §5.2.2 */
const heldForTooLong = reply(501, '5.5.4', 'It would be held beyond the time that BY gives for its delivery')
/** RFC 4865 §6; its own status code has another meaning since RFC 6710. */
const tooMuchHeld = reply(552, '5.3.1', 'Too much of yours waits to be sent later')

const encryptionFirst = reply(530, '5.7.0', 'Must issue a STARTTLS command first')

interface Facts {
  readonly account: Account
  readonly id: string
  readonly at: number
  readonly binary: boolean
  readonly priority: Priority
}

/** Takes mail from accounts; everything goes to the queue, whose runner delivers what is for accounts here. */
export class Submission implements Receiver {
  readonly #session: Session
  readonly #options: SubmissionOptions

  constructor(session: Session, options: SubmissionOptions) {
    this.#session = session
    this.#options = options
  }

  /** RFC 6409 §4.3, §6.1: who is not known may not submit, who is may use addresses of one's own. */
  async mail({ reversePath, parameters }: Transaction): Promise<void> {
    const account = this.#account()
    await this.#mayWait(account, parameters, 1, parameters.size ?? 0)
    await this.#sender(account).mayBegin(reversePath)
  }

  /** Throws Refusal where a message cannot wait for the time that it is to go out (RFC 4865 §5.2.2, §6). */
  async #mayWait({ id }: Account, { release, by }: MailParameters, recipients: number, octets: number): Promise<void> {
    if (release === undefined) return
    if (by !== undefined && release.at > by.at) throw new Refusal(heldForTooLong)
    const { store, limits } = this.#options
    const waiting = await store.queue.waitingFor(id, Date.now())
    const isTooMuch =
      waiting.entries + recipients > limits.futureReleaseEntries ||
      waiting.octets + recipients * octets > limits.futureReleaseOctets
    if (isTooMuch) throw new Refusal(tooMuchHeld)
  }

  /** A mistyped name of a neighbour is told at once; other domains tell their own. */
  async rcpt({ reversePath, recipients, parameters }: Transaction, { address }: Recipient): Promise<void> {
    const account = this.#account()
    await this.#mayWait(account, parameters, recipients.length + 1, parameters.size ?? 0)
    const sender = this.#sender(account)
    await sender.mayReach(address, recipients.length + 1, reversePath, await this.#isOurs(address))
  }

  async message(transaction: Transaction): Promise<MessageSink> {
    const { parameters } = transaction
    const { store, hostname, limits } = this.#options
    const account = this.#account()
    const id = Buffer.from(crypto.getRandomValues(new Uint8Array(10)))
      .toString('hex')
      .toUpperCase()
    const at = Date.now()
    const only = transaction.recipients.length === 1 ? (transaction.recipients[0]?.address ?? null) : null
    const utf8 = parameters.smtpUtf8 === true
    const asked = parameters.priority
    const highest = account.administrator ? highestPriority : limits.priority
    let priority = priorityOf(asked, new Uint8Array(), highest)
    const from = this.#options.tellsClient ?? false
    const trace = { session: this.#session, id, at, utf8, for: only, priority: asked, from }
    const received = receivedField(trace)
    const composition = new Composition({
      contents: store.contents,
      // What is added must not make a message too big that was not (RFC 1870 §5).
      limitOctets: limits.messageOctets + limits.headerOctets,
      headerOctets: limits.headerOctets,
      mend: async header => {
        priority = priorityOf(asked, header, highest)
        const sender = this.#sender(account)
        const mended = await mendHeader(header, {
          ...{ account: account.name, hostname, at, utf8 },
          uniqueId: crypto.randomUUID(),
          right: address => sender.right(address),
          isOurs: address => this.#isOurs(address),
        })
        return Buffer.concat([Buffer.from(received), mended])
      },
    })
    return {
      write: octets => composition.write(octets),
      include: range => composition.include(range),
      abort: () => composition.abort(),
      finish: async () => {
        const content = await composition.finish()
        const binary = parameters.binary === true || composition.hasIncluded
        await this.#inspect(content, Buffer.byteLength(received), transaction, { account, id })
        return this.#enqueue(content, transaction, { account, id, at, binary, priority })
      },
    }
  }

  /** Throws Refusal, and leaves nothing of the content then. */
  async #inspect(
    content: PreparedContent,
    skipped: number,
    { reversePath, recipients }: Transaction,
    { account, id }: { account: Account; id: string },
  ): Promise<void> {
    const { inspect = null } = this.#options
    if (inspect === null) return
    const { remote, hello, log } = this.#session
    const addresses = recipients.map(({ address }) => address)
    const origin = { clientAddress: remote.host, hello: hello?.name ?? '', user: account.name }
    try {
      const refusal = await inspect({ id, content, skipped, ...origin, reversePath, recipients: addresses })
      if (refusal === null) return
      log.info({ id, from: reversePath, to: addresses, code: refusal.code }, 'submission refused, as a filter wants')
      throw new Refusal(refusal)
    } catch (error) {
      await content.discard()
      throw error
    }
  }

  async #enqueue(
    composed: PreparedContent,
    { reversePath, parameters, recipients }: Transaction,
    { account, id, at, binary, priority }: Facts,
  ): Promise<Answer> {
    const { store, hostname, limits, metrics } = this.#options
    const { ret, envid, smtpUtf8, body, by, release, tls } = textParameters({ ...parameters, binary })
    const options = {
      authored: true,
      ...(ret === undefined ? {} : { ret }),
      ...(envid === undefined ? {} : { envid }),
      ...(smtpUtf8 === undefined ? {} : { smtpUtf8 }),
      ...(body === undefined ? {} : { body }),
      ...(by === undefined ? {} : { by }),
      ...(release === undefined ? {} : { release }),
      ...(priority.asked ? { priority: priority.value } : {}),
      ...tlsWish(tls, composed.header),
    }
    const begins = release?.at ?? at
    const sender = this.#sender(account)
    const entries = new Map<string, NewQueueEntry>()
    const content = composed
    let text: PreparedContent | null = null
    try {
      await this.#mayWait(account, parameters, recipients.length, composed.octets)
      text = await textOf(store.contents, composed, { ...parameters, binary })
      for (const recipient of recipients) {
        const address = domainOf(recipient.address) === '' ? `${recipient.address}@${hostname}` : recipient.address
        const expiresAt = begins + limits.queueSeconds * 1000
        const form = text === null ? {} : await this.#formFor(address, text)
        const wishes = { ...options, ...recipient.parameters, ...form.options }
        entries.set(address, {
          reversePath,
          recipient: address,
          account: account.id,
          expiresAt,
          ...(release === undefined ? {} : { notBefore: begins }),
          ...form,
          options: wishes,
        })
      }
      const spend = sender.spend(entries.size)
      await store.messages.deposit({ content, deliveries: [], enqueue: [...entries.values()], spend })
    } catch (error) {
      await content.discard()
      throw await sender.answered(error, entries.size)
    } finally {
      await text?.discard()
    }
    metrics.counter('lemonade_submit_messages_total', 'Messages taken from accounts').inc()
    this.#session.log.info(
      {
        ...{ id, from: reversePath, to: [...entries.keys()], octets: content.octets, priority: priority.value },
        ...(release === undefined ? {} : { release: release.request }),
      },
      'message submitted',
    )
    return acceptedReply(`Queued as ${id}`, priority)
  }

  /** A binary message goes on as it is, for servers that take it (RFC 3030 §3); into mailboxes here comes its text. */
  async #formFor(address: string, text: PreparedContent): Promise<Pick<NewQueueEntry, 'content' | 'options'>> {
    const { store, hostname } = this.#options
    const domain = localForm(domainOf(address))
    if (domain === hostname.toLowerCase() || (await store.domains.has(domain))) return { content: text }
    return { options: { body: 'BINARYMIME' } }
  }

  #account(): Account {
    const { identity, channel } = this.#session
    if (identity !== null) return identity.account
    throw new Refusal(channel.secure ? replies.authRequired : encryptionFirst)
  }

  #sender(account: Account): Sender {
    return new Sender(account, this.#session.log, this.#options)
  }

  async #isOurs(address: string): Promise<boolean> {
    return this.#options.store.domains.has(domainOf(localForm(address)))
  }
}
