/** Where a socket listens or where a peer is: parsing, printing, and what kind of address it is. */
import { BlockList, isIP, isIPv6 } from 'node:net'

/** `host` is a name or an address without brackets. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** An endpoint as the configuration writes it. */
export type Address = Endpoint

/** A text that is no "HOST:PORT"; the message is a sentence for the operator. */
export class EndpointError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EndpointError'
  }
}

const highestPort = 65_535
/** An address in brackets, or a host without colons; a colon; digits. */
const shape = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/
/** Letters, digits, hyphens and dots (RFC 1123 §2.1), underscores tolerated, or an IPv4 address. */
const hostName = /^(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/

/** Reads "HOST:PORT" or "[IPv6]:PORT". Port 0 asks for any free port. Throws EndpointError. */
export function parseEndpoint(text: string): Endpoint {
  const found = shape.exec(text.trim())
  if (found === null) {
    const hint = isIPv6(text.trim().replace(/:\d+$/, '')) ? ' An IPv6 address stands in brackets.' : ''
    throw new EndpointError(`"${text}" is not HOST:PORT, like "127.0.0.1:143" or "[::1]:143".${hint}`)
  }
  const [, bracketed, plain, digits] = found
  const port = Number(digits)
  if (port > highestPort) throw new EndpointError(`"${text}" names port ${port}; ports end at ${highestPort}.`)
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) throw new EndpointError(`"${bracketed}" in "${text}" is not an IPv6 address.`)
    return { host: bracketed, port }
  }
  const host = plain ?? ''
  if (host === '') throw new EndpointError(`"${text}" has no host; write "0.0.0.0" and "[::]" for every address.`)
  if (isIP(host) === 0 && (!hostName.test(host) || /^[\d.]+$/.test(host))) {
    throw new EndpointError(`"${host}" in "${text}" is neither a host name nor an address.`)
  }
  return { host, port }
}

/** Prints what `parseEndpoint` reads. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An IPv4 address that came through an IPv6 socket (RFC 4291 §2.5.5.2) in its own form; a zone is dropped. */
export function plainAddress(address: string): string {
  const zone = address.indexOf('%')
  const bare = zone === -1 ? address : address.slice(0, zone)
  return mapped.exec(bare)?.[1] ?? bare
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** True for 127.0.0.0/8 and ::1, in any spelling; false for names. */
export function isLoopback(address: string): boolean {
  const bare = plainAddress(address)
  const family = isIP(bare)
  return family !== 0 && loopback.check(bare, family === 4 ? 'ipv4' : 'ipv6')
}

/**
 * What counts as one peer: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address of a /64
 * has all of them.
 */
export function peerOf(address: string): string {
  const bare = plainAddress(address)
  if (!isIPv6(bare)) return bare
  const [head = '', tail] = bare.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':')
    // A dotted quad at the end stands for two groups.
    const width = after.length + (after.at(-1)?.includes('.') ? 1 : 0)
    while (groups.length + width < 8) groups.push('0')
    groups.push(...after)
  }
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
