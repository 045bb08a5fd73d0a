/** The world outside, on loopback: an SMTP server that keeps what it gets, and a webhook that keeps what it is told. */
import { createHmac } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly message: Buffer
}

/** Accepts everything. `until` resolves when a message that the test accepts is there. */
export class SmtpSink {
  readonly received: Received[] = []
  readonly #news = new EventEmitter()
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      const pieces: Buffer[] = []
      stream.on('data', piece => pieces.push(piece))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        this.received.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          message: Buffer.concat(pieces),
        })
        done()
        this.#news.emit('message')
      })
    },
  })

  /** Its port. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server.server, 'listening')
    return (this.#server.server.address() as AddressInfo).port
  }

  async until(accept: (received: Received) => boolean): Promise<Received> {
    for (;;) {
      const found = this.received.find(accept)
      if (found) return found
      await once(this.#news, 'message')
    }
  }

  stop(): Promise<void> {
    return new Promise(resolve => this.#server.close(() => resolve()))
  }
}

export interface HookEvent {
  readonly id: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Takes webhook requests, checks their signatures (Standard Webhooks), and keeps the events once each. */
export class WebhookSink {
  readonly events: HookEvent[] = []
  /** What was wrong with requests that came: a test asserts that it is empty. */
  readonly problems: string[] = []
  #previous = 0
  readonly #secret: string
  readonly #news = new EventEmitter()
  readonly #server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    this.#take(Buffer.concat(pieces), request.headers)
    response.writeHead(204).end()
  })

  constructor(secret: string) {
    this.#secret = secret
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`
  }

  /** After a crash the server may go back to events that it was not yet sure of; from there on the order holds again. */
  serverWasKilled(): void {
    this.#previous = 0
  }

  async until(done: (events: readonly HookEvent[]) => boolean): Promise<void> {
    while (!done(this.events)) await once(this.#news, 'event')
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #take(body: Buffer, headers: Readonly<Record<string, string | readonly string[] | undefined>>): void {
    const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(name => String(headers[`webhook-${name}`]))
    const expected = createHmac('sha256', this.#secret).update(`${id}.${timestamp}.`).update(body).digest('base64')
    if (signature !== `v1,${expected}`) {
      this.problems.push(`a request with the signature ${signature}`)
      return
    }
    const { events } = JSON.parse(body.toString()) as { readonly events: readonly HookEvent[] }
    for (const event of events) this.#hear(event)
  }

  #hear(event: HookEvent): void {
    if (event.id <= this.#previous) this.problems.push(`event ${event.id} after ${this.#previous}`)
    this.#previous = event.id
    // What comes a second time, as it may after a crash, was dealt with already.
    if (event.id <= (this.events.at(-1)?.id ?? 0)) return
    this.events.push(event)
    this.#news.emit('event')
  }
}
