/** ClamAV by the socket of its daemon: INSTREAM, in chunks, a connection a message (clamd(8)). */
import { connect, type Socket } from 'node:net'
import type { Endpoint } from '@lemonade/net'
import {
  type ContentFilter,
  type Examined,
  type Finding,
  sentOctets,
  TooBig,
  type Treatment,
  type Unavailable,
} from './filter.ts'

export interface ClamAvOptions {
  /** The path of a socket, or a host and its port. */
  readonly at: string | Endpoint
  readonly unavailable: Unavailable
  /** For a virus that is known. */
  readonly infected: Treatment
  /** For what only looks like one, and for programs that nobody wants. */
  readonly suspect: Treatment
}

const replyOctets = 4096
/** Of one chunk; the daemon takes any up to its StreamMaxLength. */
const chunkOctets = 65_536

export function clamAv({ at, unavailable, infected, suspect }: ClamAvOptions): ContentFilter {
  return {
    name: 'clamav',
    unavailable,
    async examine(message, signal) {
      const reply = await instream(at, message, signal)
      return found(reply, infected, suspect)
    },
  }
}

/** `stream: OK`, `stream: Name FOUND`, or a sentence that ends in ERROR. */
function found(reply: string, infected: Treatment, suspect: Treatment): Finding {
  const [, name = ''] = /^stream: (.+) FOUND$/.exec(reply) ?? []
  if (reply === 'stream: OK') {
    return { result: 'clean', treatment: 'mark', detail: 'clean', field: { of: 'virus', text: '1 clean' } }
  }
  if (name === '') throw /size limit exceeded/i.test(reply) ? new TooBig(reply) : new Error(`clamd says "${reply}"`)
  // What is found by its looks alone is possible, not certain (RFC 5235 §3.3).
  const isGuess = /^(?:Heuristics|PUA)\./.test(name)
  return {
    result: isGuess ? 'suspect' : 'infected',
    treatment: isGuess ? suspect : infected,
    detail: name,
    field: { of: 'virus', text: `${isGuess ? 4 : 5} ${name}` },
  }
}

async function instream(at: string | Endpoint, message: Examined, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted()
  const socket = typeof at === 'string' ? connect({ path: at }) : connect({ host: at.host, port: at.port })
  const abort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('given up'))
  signal.addEventListener('abort', abort, { once: true })
  const reply = replyOf(socket)
  try {
    // The daemon answers before the end where it has seen enough.
    const sent = send(socket, message)
    sent.catch(() => {})
    await Promise.race([sent, reply])
    return await reply
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** Each chunk has its length in front, in four octets; the last has none. */
async function send(socket: Socket, message: Examined): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for await (const octets of sentOctets(message)) {
    for (let from = 0; from < octets.length; from += chunkOctets) {
      const chunk = octets.subarray(from, from + chunkOctets)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(chunk.length)
      socket.write(length)
      await write(socket, chunk)
    }
  }
  await write(socket, Buffer.alloc(4))
}

/** Resolves when it is on its way. */
function write(socket: Socket, octets: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => socket.write(octets, error => (error ? reject(error) : resolve())))
}

/** The reply without the NUL that ends it. */
function replyOf(socket: Socket): Promise<string> {
  const reply = new Promise<string>((resolve, reject) => {
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', piece => {
      text += String(piece)
      const end = text.indexOf('\0')
      if (end !== -1) resolve(text.slice(0, end).trim())
      else if (text.length > replyOctets) reject(new Error('clamd says too much'))
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('clamd closed the connection without a reply')))
  })
  reply.catch(() => {})
  return reply
}
