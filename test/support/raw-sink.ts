/** An SMTP server that does as little as there can be done, and knows which message each connection brought last. */
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

const endOfData = '\r\n.\r\n'
const hello = ['sink.example', 'PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'SIZE 100000000']

export class RawSink {
  /** By the Subject of a message, how often it was taken. */
  readonly taken = new Map<string, number>()
  /**
   * By the Subject, how often it was the last that a connection brought which then broke: whoever was cut off then may
   * not have learnt that it was taken (RFC 5321 §6.1).
   */
  readonly excused = new Map<string, number>()
  messages = 0
  readonly #news = new EventEmitter()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer(socket => this.#serve(socket))

  /** Its port. */
  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when `done` says so, which is asked with each message. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await once(this.#news, 'message')
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    let input = ''
    let isData = false
    let last: string | null = null
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (last !== null) add(this.excused, last)
    })
    socket.on('data', text => {
      input += String(text)
      let answer = ''
      for (;;) {
        const separator = isData ? endOfData : '\r\n'
        const end = input.indexOf(separator)
        if (end === -1) break
        const unit = input.slice(0, end)
        input = input.slice(end + separator.length)
        if (isData) {
          last = /^Subject: (.*?)\r?$/m.exec(unit)?.[1] ?? ''
          add(this.taken, last)
          this.messages++
          this.#news.emit('message')
          isData = false
          answer += '250 2.0.0 taken\r\n'
        } else {
          const verb = unit.slice(0, 4).toUpperCase()
          if (verb === 'QUIT') last = null
          isData = verb === 'DATA'
          answer += replies[verb] ?? '250 2.0.0 ok\r\n'
        }
      }
      if (answer !== '') socket.write(answer)
      if (answer.startsWith('221')) socket.end()
    })
    socket.write('220 sink.example ESMTP\r\n')
  }
}

const replies: Readonly<Record<string, string>> = {
  EHLO: hello.map((line, at) => `250${at === hello.length - 1 ? ' ' : '-'}${line}\r\n`).join(''),
  DATA: '354 go ahead\r\n',
  QUIT: '221 2.0.0 bye\r\n',
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
