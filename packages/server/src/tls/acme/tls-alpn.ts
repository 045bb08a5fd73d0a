/** The challenge tls-alpn-01 at the port where https is (RFC 8737): a handshake that shows a certificate, and no more. */
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server } from 'node:tls'

/** RFC 8737 §6.2 */
const protocol = 'acme-tls/1'
/** RFC 8446 §5.1: of a record's header, and of what a record may hold. */
const [headOctets, recordOctets] = [5, 16_384]
/** Who says hello more slowly than this says it to the pages. */
const helloMilliseconds = 5_000

export class TlsAlpnChallenges {
  readonly #contexts = new Map<string, SecureContext>()
  #server: Server | null = null

  /** False for nearly all of the time: then connections are looked at by nobody. */
  get isPending(): boolean {
    return this.#contexts.size > 0
  }

  /** Shows this certificate to who asks for the name; both PEM. */
  show(name: string, certificate: string, key: string): void {
    this.#contexts.set(name.toLowerCase(), createSecureContext({ cert: certificate, key }))
  }

  end(name: string): void {
    this.#contexts.delete(name.toLowerCase())
  }

  /** True where the client came for a challenge, and the connection is taken care of; else nothing was taken of it. */
  async take(socket: Socket): Promise<boolean> {
    // The list of protocols is in the clear, each with its length in front (RFC 7301 §3.1).
    const hello = await firstRecord(socket)
    if (socket.readableEnded || socket.destroyed) {
      // Gone before it has said what it wants.
      socket.destroy()
      return true
    }
    if (!hello.includes(`\u000a${protocol}`, 0, 'latin1')) return false
    this.#server ??= this.#open()
    this.#server.emit('connection', socket)
    return true
  }

  #open(): Server {
    const server = createServer({
      ALPNProtocols: [protocol],
      SNICallback: (name, answer) => {
        const context = this.#contexts.get(name.toLowerCase())
        if (context === undefined) answer(new Error('no challenge for that name'))
        else answer(null, context)
      },
    })
    // RFC 8737 §3: nothing is said behind the handshake.
    server.on('secureConnection', socket => {
      socket.on('error', () => {})
      socket.end()
    })
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }
}

/** What the client has said, up to the end of its first record; it can be read again afterwards. */
async function firstRecord(socket: Socket): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let octets = Buffer.alloc(0)
  const read = () => {
    for (let piece = socket.read(); piece !== null; piece = socket.read()) octets = Buffer.concat([octets, piece])
    if (octets.length >= headOctets && octets.length >= headOctets + octets.readUInt16BE(3)) resolve()
    if (octets.length > headOctets + recordOctets) resolve()
  }
  const timer = setTimeout(resolve, helloMilliseconds)
  const over = () => resolve()
  const events = { readable: read, end: over, close: over, error: over }
  for (const [event, listener] of Object.entries(events)) socket.on(event, listener)
  read()
  await promise
  clearTimeout(timer)
  for (const [event, listener] of Object.entries(events)) socket.off(event, listener)
  if (octets.length > 0 && !socket.readableEnded && !socket.destroyed) socket.unshift(octets)
  return octets
}
