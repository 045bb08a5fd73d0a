/** Clients that hand in mail for as long as they are let, and know of each message what the server has said to it. */
import { connect, type Socket } from 'node:net'

export interface Sent {
  /** The server has answered with success. */
  acknowledged: boolean
  /** How often it was sent to its end, and no answer came. */
  doubtful: number
}

export interface Route {
  readonly port: () => number
  readonly from: string
  readonly to: readonly string[]
  /** Where one has to log in. */
  readonly login?: { readonly user: string; readonly password: string }
}

/** The connection ended, or the server does not want it. */
class Ended extends Error {}

class Line {
  readonly #socket: Socket
  readonly #closed: Promise<never>
  #heard = ''

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', text => {
      this.#heard += String(text)
    })
    this.#closed = new Promise((_, reject) => socket.once('close', () => reject(new Ended('closed'))))
    this.#closed.catch(() => {})
  }

  /** The next reply; throws where it is no success, or does not come. */
  async reply(): Promise<void> {
    for (;;) {
      const found = /^(?:\d{3}-.*\r\n)*(\d{3})(?: .*)?\r\n/.exec(this.#heard)
      if (found !== null) {
        this.#heard = this.#heard.slice(found[0].length)
        if (!/^[23]/.test(found[1] ?? '')) throw new Error(found[0])
        return
      }
      await Promise.race([new Promise(resolve => this.#socket.once('data', resolve)), this.#closed])
    }
  }

  async say(text: string): Promise<void> {
    this.#socket.write(text)
    await this.reply()
  }

  end(): void {
    this.#socket.destroy()
  }
}

export class Loader {
  readonly name: string
  readonly route: Route
  readonly sent = new Map<string, Sent>()
  #count = 0
  #current: string | null = null
  readonly #acknowledged: () => void

  constructor(name: string, route: Route, acknowledged: () => void) {
    this.name = name
    this.route = route
    this.#acknowledged = acknowledged
  }

  /** One connection, until it ends; a message that has no answer is sent again by the next. Throws what is no success. */
  async connect(): Promise<void> {
    const line = new Line(connect({ host: '127.0.0.1', port: this.route.port() }))
    try {
      await line.reply()
      await line.say('EHLO load.example\r\n')
      const { login } = this.route
      if (login !== undefined) {
        const secret = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64')
        await line.say(`AUTH PLAIN ${secret}\r\n`)
      }
      for (;;) await this.#message(line)
    } catch (error) {
      if (!(error instanceof Ended)) throw error
    } finally {
      line.end()
    }
  }

  async #message(line: Line): Promise<void> {
    this.#current ??= `${this.name}-${this.#count++}`
    const sent = this.sent.get(this.#current) ?? { acknowledged: false, doubtful: 0 }
    this.sent.set(this.#current, sent)
    const { from, to } = this.route
    await line.say(`MAIL FROM:<${from}>\r\n`)
    for (const recipient of to) await line.say(`RCPT TO:<${recipient}>\r\n`)
    await line.say('DATA\r\n')
    sent.doubtful++
    await line.say(`From: <${from}>\r\nSubject: ${this.#current}\r\n\r\nHello.\r\n.\r\n`)
    sent.doubtful--
    sent.acknowledged = true
    this.#current = null
    this.#acknowledged()
  }
}
