/** Sockets from proxies: who they speak for is read before anything else of them is. */
import type { BlockList, Socket } from 'node:net'
import { isIP } from 'node:net'
import { type Endpoint, plainAddress } from './endpoint.ts'
import { type ProxyHeader, ProxyHeaderError, parseProxyHeader } from './proxy-header.ts'

/**
 * Proxies in front of a listener. A connection from one of these addresses must begin with a PROXY header; nobody else's
 * is looked at, so that it is a command like any other that is none.
 */
export interface Proxies {
  readonly addresses: BlockList
  /** Told of a connection that was closed because of its header. */
  onRefused(proxy: Endpoint, reason: string): void
}

/** How long a header may take to come whole; proxies send it at once. */
export const proxyHeaderMilliseconds = 5_000

export function isProxy({ addresses }: Proxies, address: string): boolean {
  const plain = plainAddress(address)
  return isIP(plain) !== 0 && addresses.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Takes the header from a socket that nobody listens to yet. What comes behind it stays in the socket. Rejects with
 * ProxyHeaderError; the socket is the caller's to close then.
 */
export function readProxyHeader(socket: Socket): Promise<ProxyHeader> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0)
    const look = () => {
      const octets = socket.read() as Buffer | null
      if (octets === null) return
      seen = seen.length === 0 ? octets : Buffer.concat([seen, octets])
      try {
        const header = parseProxyHeader(seen)
        if (header === null) return
        leave()
        // At once: a socket whose end has been told takes nothing back.
        if (seen.length > header.octets) socket.unshift(seen.subarray(header.octets))
        resolve(header)
      } catch (error) {
        fail(error as Error)
      }
    }
    const fail = (error: Error) => {
      leave()
      // The socket may fail once more while it is closed.
      socket.on('error', () => {})
      reject(error)
    }
    const gone = () => fail(new ProxyHeaderError('the connection ended in its PROXY header'))
    const late = setTimeout(
      () => fail(new ProxyHeaderError('the PROXY header did not come in time')),
      proxyHeaderMilliseconds,
    )
    const leave = () => {
      clearTimeout(late)
      socket.off('readable', look)
      for (const event of ends) socket.off(event, gone)
    }
    socket.on('readable', look)
    for (const event of ends) socket.on(event, gone)
  })
}

const ends = ['end', 'close', 'error'] as const
