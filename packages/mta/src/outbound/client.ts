/** Mail transactions on one connection to another server (RFC 5321 §3.3), by DATA or in chunks (RFC 3030). */
import { domainOf } from '@lemonade/esmtp'
import type { DeliveryOptions } from '@lemonade/store'
import { Channel, ConnectionLost, type ServerReply } from './channel.ts'
import { chunksOf } from './chunks.ts'
import { type ClientOptions, type Connected, connect, HostFailed } from './connect.ts'
import { leastByTime } from './deliver-by.ts'
import { isSayable, mailCommand, type Offers, offersOf, rcptCommand, sizeLimit } from './envelope.ts'
import { type HopLimits, hopLimits } from './hop-limits.ts'
import { LineWriter, StrayDot } from './lines.ts'
import { deferred, type Outcome, outcomeOf, refused } from './outcome.ts'
import type { TlsResult } from './policy/verdict.ts'
import type { Hop } from './route.ts'

export type { ClientOptions, Outcome }
export { HostFailed }

export interface Outgoing {
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly octets: number
  /** Octets of any value, for a server that offers BINARYMIME; else lines of text. Default: by the options. */
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME'
  readonly options: DeliveryOptions
  /** by-parameter, as it is when MAIL is sent (RFC 2852 §4.1.4). */
  readonly by?: () => string
  /** What must be done before the server has the message. Never rejects. */
  before?(): Promise<void>
  /** The message, byte for byte. */
  read(): AsyncIterable<Uint8Array>
}

/** What a server said of the message, or what came between. */
type Verdict = ServerReply | Outcome

export class Client {
  readonly hop: Hop
  readonly offers: Offers
  readonly limits: HopLimits
  /** Of recipients that were named on it. */
  readonly domains = new Set<string>()
  /** What came of the plan for TLS; null without one. */
  readonly tls: TlsResult | null
  /** TLS is as REQUIRETLS asks for (RFC 8689 §2). */
  readonly meetsRequirement: boolean
  /** The transactions that have begun on it. */
  transactions = 0
  readonly #channel: Channel
  readonly #chunkOctets: number
  readonly #leastByTime: number | null
  /** The server may still be in a transaction that failed. */
  #inTransaction = false
  #closing = false

  private constructor(hop: Hop, connected: Connected, options: ClientOptions) {
    const { socket, ehloLines, tls, meetsRequirement } = connected
    this.hop = hop
    this.tls = tls
    this.meetsRequirement = meetsRequirement
    this.offers = offersOf(ehloLines)
    this.limits = hopLimits(this.offers)
    this.#channel = new Channel(socket, options.replySeconds)
    this.#chunkOctets = options.chunkOctets
    this.#leastByTime = leastByTime(ehloLines)
  }

  /** Connects, with TLS as far as the mode asks for it, and logs in. Throws HostFailed. */
  static async open(hop: Hop, options: ClientOptions): Promise<Client> {
    return new Client(hop, await connect(hop, options), options)
  }

  /** False once the connection is of no more use. */
  get open(): boolean {
    return this.#channel.open && !this.#closing
  }

  /** The keywords of what the server offers. */
  get extensions(): readonly string[] {
    return [...this.offers.keys()]
  }

  /** The server's minimum by-time; null where it does not offer DELIVERBY (RFC 2852 §2). */
  get leastByTime(): number | null {
    return this.#leastByTime
  }

  /**
   * One transaction. Every recipient has an outcome. Rejects with what `read` threw, where nothing of the message passes
   * for all of it; and with ConnectionLost where a connection that was used before ended without a word on this
   * message, which another connection may do better.
   */
  async send(outgoing: Outgoing): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>()
    for (const recipient of outgoing.recipients) if (!isSayable(recipient)) outcomes.set(recipient, unsayable)
    const recipients = outgoing.recipients.filter(isSayable)
    const limit = sizeLimit(this.offers)
    const rest = (outcome: Outcome) => {
      for (const recipient of recipients) if (!outcomes.has(recipient)) outcomes.set(recipient, outcome)
      return outcomes
    }
    if (!isSayable(outgoing.reversePath)) return rest(refused('5.1.7', 'the sender is no address'))
    if (limit !== null && outgoing.octets > limit) return rest(tooBig(outgoing.octets, limit))
    if (recipients.length === 0) return outcomes
    for (const recipient of recipients) this.domains.add(domainOf(recipient).toLowerCase())
    const isFirst = this.transactions++ === 0
    let isAnswered = false
    try {
      if (this.#inTransaction) await this.#channel.ask('RSET')
      this.#inTransaction = true
      const isChunked = this.offers.has('CHUNKING')
      const replies = await this.#envelope({ ...outgoing, recipients }, !isChunked)
      const mail = await replies.mail
      // A connection that was kept for too long is told so here.
      if (mail.code === 421 && !isFirst) throw new ConnectionLost(mail.text)
      isAnswered = true
      if (!isPositive(mail)) return rest(await this.#giveUp(outcomeOf(mail), replies))
      const accepted: string[] = []
      for (const [recipient, reply] of replies.recipients) {
        const answer = await reply
        if (isPositive(answer)) accepted.push(recipient)
        else outcomes.set(recipient, outcomeOf(answer))
      }
      if (accepted.length === 0) {
        await this.#giveUp(null, replies)
        return outcomes
      }
      await outgoing.before?.()
      const verdict = isChunked ? await this.#byChunks(outgoing) : await this.#byData(outgoing, replies.data)
      return rest(this.#outcome(verdict))
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      if (!isAnswered && !isFirst) throw error
      return rest(deferred('4.4.2', error.message))
    }
  }

  /** Says goodbye. */
  close(): void {
    if (!this.open) return
    this.#closing = true
    const late = setTimeout(() => this.#channel.cut(), farewellMilliseconds)
    late.unref()
    this.#channel
      .ask('QUIT')
      .catch(() => {})
      .finally(() => {
        clearTimeout(late)
        this.#channel.cut()
      })
  }

  /** At once. */
  cut(): void {
    this.#channel.cut()
  }

  #outcome(verdict: Verdict): Outcome {
    if ('sent' in verdict) return verdict
    if (!isPositive(verdict)) return outcomeOf(verdict)
    this.#inTransaction = false
    return { sent: true, reply: verdict.text, reportsSuccess: this.offers.has('DSN') }
  }

  /** MAIL and RCPT, and DATA where that follows; all at once where the server has it (RFC 2920 §3.1). */
  async #envelope(outgoing: Outgoing, withData: boolean): Promise<EnvelopeReplies> {
    const { by, options, ...facts } = outgoing
    const body = outgoing.body ?? (options.body === '7BIT' ? '7BIT' : '8BITMIME')
    const timed = by === undefined ? {} : { by: by() }
    const mail = mailCommand({ ...facts, options, body, protects: this.meetsRequirement, ...timed }, this.offers)
    const rcpt = (recipient: string) => rcptCommand(recipient, options, this.offers)
    if (!this.offers.has('PIPELINING')) return this.#oneByOne(mail, outgoing.recipients, rcpt)
    const commands = [mail, ...outgoing.recipients.map(rcpt), ...(withData ? ['DATA'] : [])]
    const replies: EnvelopeReplies = {
      mail: this.#channel.reply(),
      recipients: outgoing.recipients.map(recipient => [recipient, this.#channel.reply()]),
      data: withData ? this.#channel.reply() : null,
    }
    await this.#channel.write(commands.map(command => `${command}\r\n`).join(''))
    return replies
  }

  async #oneByOne(
    mail: string,
    recipients: readonly string[],
    rcpt: (recipient: string) => string,
  ): Promise<EnvelopeReplies> {
    const answer = await this.#channel.ask(mail)
    const answers: [string, Promise<ServerReply>][] = []
    if (isPositive(answer)) {
      for (const recipient of recipients) {
        const reply = this.#channel.ask(rcpt(recipient))
        answers.push([recipient, reply])
        await reply
      }
    }
    return { mail: Promise.resolve(answer), recipients: answers, data: null }
  }

  /** Waits for the replies to what was sent along with a transaction that came to nothing. */
  async #giveUp<T extends Outcome | null>(outcome: T, { recipients, data }: EnvelopeReplies): Promise<T> {
    try {
      for (const [, reply] of recipients) await reply
      if (data !== null && (await data).code < 400) {
        // Without a recipient the message must be empty (RFC 2920 §3.1); where there is not even a sender, who knows.
        if (outcome === null) await this.#channel.ask('.')
        else this.cut()
      }
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
    }
    return outcome
  }

  async #byData({ read }: Outgoing, sent: Promise<ServerReply> | null): Promise<Verdict> {
    const goAhead = await (sent ?? this.#channel.ask('DATA'))
    // Some servers say 250 where it should be 354.
    if (goAhead.code >= 400) return goAhead
    const lines = new LineWriter(true)
    try {
      for await (const octets of read()) await this.#channel.write(...lines.write(octets))
    } catch (error) {
      // What was sent of it must not pass for all of it.
      this.cut()
      if (error instanceof StrayDot) return strayDot
      throw error
    }
    const end = this.#channel.reply()
    await this.#channel.write(lines.end)
    return end
  }

  /**
   * BDAT for one chunk after the other, without waiting where the server has pipelining; behind one that failed nothing
   * more is sent (RFC 3030 §2). A message that breaks off has no LAST, and goes with RSET.
   */
  async #byChunks({ body, read }: Outgoing): Promise<Verdict> {
    const isPipelined = this.offers.has('PIPELINING')
    const replies: Promise<ServerReply>[] = []
    let failed: ServerReply | null = null
    try {
      const source = body === 'BINARYMIME' ? read() : linesOf(read())
      for await (const { pieces, octets, isLast } of chunksOf(source, this.#chunkOctets)) {
        if (failed !== null) break
        const reply = this.#channel.reply()
        replies.push(reply)
        reply.then(
          answer => {
            if (!isPositive(answer)) failed ??= answer
          },
          () => {},
        )
        await this.#channel.write(`BDAT ${octets}${isLast ? ' LAST' : ''}\r\n`, ...pieces)
        if (!isPipelined) await reply
      }
    } catch (error) {
      await Promise.allSettled(replies)
      if (error instanceof StrayDot) return strayDot
      throw error
    }
    const answers = await Promise.all(replies)
    return answers.find(answer => !isPositive(answer)) ?? (answers.at(-1) as ServerReply)
  }
}

interface EnvelopeReplies {
  readonly mail: Promise<ServerReply>
  readonly recipients: readonly (readonly [recipient: string, reply: Promise<ServerReply>])[]
  /** Null where DATA was not sent yet. */
  readonly data: Promise<ServerReply> | null
}

/** Lines that end in CRLF, each piece of them as it comes. Throws StrayDot. */
async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const lines = new LineWriter(false)
  for await (const octets of source) yield* lines.write(octets)
}

/** How long a server may take to say goodbye. */
const farewellMilliseconds = 5000

const unsayable = refused('5.1.3', 'the recipient is no address')

const strayDot = refused(
  '5.6.0',
  'the message has a lone dot beside a carriage return, which could be taken for its end',
)

function tooBig(octets: number, limit: number): Outcome {
  return refused('5.3.4', `the message has ${octets} octets, and the server takes ${limit} (SIZE)`)
}

function isPositive({ code }: ServerReply): boolean {
  return code >= 200 && code < 300
}
