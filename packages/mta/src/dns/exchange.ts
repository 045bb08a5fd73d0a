/** One question to one server: by UDP, and by TCP where the answer does not fit (RFC 7766 §5). */
import { createSocket } from 'node:dgram'
import { createConnection, isIPv6 } from 'node:net'
import type { Address } from '@lemonade/net'
import { type Question, questionOctets, type Reply, readReply } from './message.ts'
import { DnsError, type DnsFault } from './record.ts'

/** Throws DnsError. */
export async function exchange(server: Address, question: Question, milliseconds: number): Promise<Reply> {
  const octets = questionOctets(question)
  const reply = await byUdp(server, question, octets, milliseconds)
  return reply.truncated ? byTcp(server, question, octets, milliseconds) : reply
}

/** A port of its own for each question, and only that server is heard, so that answers are hard to forge (RFC 5452 §9). */
function byUdp(server: Address, question: Question, octets: Uint8Array, milliseconds: number): Promise<Reply> {
  const socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const timer = setTimeout(() => reject(timeout(server)), milliseconds)
  socket.on('error', error => reject(unreachable(server, error)))
  socket.on('message', message => {
    // What is no answer may be somebody's attempt to pass for one: the true one may still come.
    const reply = readReply(message, question)
    if (reply !== null) resolve(reply)
  })
  socket.connect(server.port, server.host, (error?: Error | null) => {
    if (error) reject(unreachable(server, error))
    else socket.send(octets)
  })
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

function byTcp(server: Address, question: Question, octets: Uint8Array, milliseconds: number): Promise<Reply> {
  const socket = createConnection({ host: server.host, port: server.port })
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const timer = setTimeout(() => reject(timeout(server)), milliseconds)
  let received = Buffer.alloc(0)
  socket.on('error', error => reject(unreachable(server, error)))
  socket.on('end', () => reject(malformed(server)))
  socket.on('data', octets => {
    received = Buffer.concat([received, octets])
    if (received.length < 2) return
    const end = 2 + received.readUInt16BE(0)
    if (received.length < end) return
    const reply = readReply(received.subarray(2, end), question)
    if (reply === null || reply.truncated) reject(malformed(server))
    else resolve(reply)
  })
  const length = Buffer.alloc(2)
  length.writeUInt16BE(octets.length)
  socket.write(Buffer.concat([length, octets]))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

function timeout({ host }: Address): DnsError {
  return new DnsError('ETIMEOUT', `the DNS server ${host} does not answer`)
}

function unreachable({ host }: Address, error: unknown): DnsError {
  const code: DnsFault = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'ECONNREFUSED' : 'ETIMEOUT'
  return new DnsError(code, `the DNS server ${host} cannot be reached`)
}

function malformed({ host }: Address): DnsError {
  return new DnsError('EBADRESP', `the DNS server ${host} sends no proper answer`)
}
