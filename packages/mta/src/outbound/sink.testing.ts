/** Another mail server, for tests: does what it is told to, and keeps what it gets. */
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { tls } from '../testing.ts'

export interface Got {
  readonly from: string
  readonly to: readonly string[]
  readonly secure: boolean
  readonly user: string | undefined
  readonly mailParameters: object
  readonly rcptParameters: object
  readonly text: string
}

/** What is refused, by command; undefined lets it pass. */
export interface Manners {
  readonly mail?: (address: string) => string | undefined
  readonly rcpt?: (address: string) => string | undefined
  readonly data?: () => string | undefined
  /** Held back until this resolves. */
  readonly hold?: () => Promise<void>
}

export class Sink {
  readonly got: Got[] = []
  connections = 0
  manners: Manners = {}
  readonly #news = new EventEmitter()
  readonly #server: SMTPServer

  /** `keywords` are lines that its reply to EHLO has besides. */
  constructor(options: SMTPServerOptions = {}, keywords: readonly string[] = []) {
    this.#server = new SMTPServer({
      authOptional: true,
      key: tls.key,
      cert: tls.certificate,
      disableReverseLookup: true,
      size: 10_000_000,
      hideDSN: false,
      closeTimeout: 1,
      onConnect: ({ id }, done) => {
        this.connections++
        const all = (this.#server as unknown as { connections: Iterable<Replier> }).connections
        for (const connection of all) if (connection.id === id) addKeywords(connection, keywords)
        done()
      },
      onMailFrom: ({ address }, _session, done) => done(refusal(this.manners.mail?.(address))),
      onRcptTo: ({ address }, _session, done) => done(refusal(this.manners.rcpt?.(address))),
      onData: (stream, session, done) => {
        const pieces: Buffer[] = []
        stream.on('data', piece => pieces.push(piece))
        stream.on('end', async () => {
          await this.manners.hold?.()
          const refused = refusal(this.manners.data?.())
          if (refused !== null) return done(refused)
          const { mailFrom, rcptTo } = session.envelope
          this.got.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user,
            mailParameters: mailFrom ? mailFrom.args || {} : {},
            rcptParameters: rcptTo[0]?.args || {},
            text: Buffer.concat(pieces).toString('utf8'),
          })
          done()
          this.#news.emit('message')
        })
      },
      ...options,
    })
    this.#server.on('error', () => {})
  }

  async listen(host = '127.0.0.1', port = 0): Promise<number> {
    this.#server.listen(port, host)
    await once(this.#server.server, 'listening')
    return (this.#server.server.address() as AddressInfo).port
  }

  async until(count: number): Promise<void> {
    while (this.got.length < count) await once(this.#news, 'message')
  }

  stop(): Promise<void> {
    return new Promise(resolve => this.#server.close(() => resolve()))
  }
}

/** Of smtp-server's connection, which says nothing but what it knows itself. */
interface Replier {
  readonly id: string
  send(code: number, data: unknown, context?: unknown): void
}

function addKeywords(connection: Replier, keywords: readonly string[]): void {
  const send = connection.send.bind(connection)
  connection.send = (code, data, context) => {
    send(code, Array.isArray(data) && code === 250 ? [...data, ...keywords] : data, context)
  }
}

/** "550 5.1.1 text" as smtp-server wants a refusal. */
function refusal(reply: string | undefined): (Error & { responseCode: number }) | null {
  if (reply === undefined) return null
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) })
}
