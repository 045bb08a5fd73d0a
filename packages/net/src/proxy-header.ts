/**
 * The header that a proxy puts before the octets of the client it speaks for: the PROXY protocol, versions 1 and 2, as
 * HAProxy's "The PROXY protocol" specifies them (sections 2.1 and 2.2).
 */
import { isIPv4, isIPv6 } from 'node:net'
import { plainAddress } from './endpoint.ts'
import type { Ends } from './ends.ts'

/** What a header says. `ends` is null where the proxy speaks for itself, or does not know for whom. */
export interface ProxyHeader {
  readonly version: 1 | 2
  readonly ends: Ends | null
  /** Octets of the header; the client's begin behind them. */
  readonly octets: number
}

/** A beginning that is no header; the message is for the log. */
export class ProxyHeaderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProxyHeaderError'
  }
}

/** A header of version 2, its addresses and extensions included. Version 1 has a bound of its own: 107. */
export const proxyHeaderOctets = 4096

const lineOctets = 107
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const word = Buffer.from('PROXY ', 'latin1')
const fixedOctets = 16
/** Octets of the addresses of a family: both addresses, both ports. */
const addressOctets: Readonly<Record<number, number>> = { 1: 12, 2: 36 }
const tlvHeadOctets = 3

/** Reads a header, or null where more octets are needed to know. Throws ProxyHeaderError. */
export function parseProxyHeader(octets: Uint8Array): ProxyHeader | null {
  const seen = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  if (begins(seen, signature)) return seen.length < signature.length ? null : binary(seen)
  if (begins(seen, word)) return line(seen)
  throw new ProxyHeaderError('the connection does not begin with a PROXY header')
}

/** True where all that has come is as the pattern has it. */
function begins(seen: Buffer, pattern: Buffer): boolean {
  const length = Math.min(seen.length, pattern.length)
  return seen.compare(pattern, 0, length, 0, length) === 0
}

/** "PROXY" SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CRLF, or "PROXY UNKNOWN" [anything] CRLF. */
function line(seen: Buffer): ProxyHeader | null {
  const end = seen.subarray(0, lineOctets).indexOf('\r\n')
  if (end === -1) {
    if (seen.length >= lineOctets) throw new ProxyHeaderError(`a PROXY line has at most ${lineOctets} octets`)
    return null
  }
  const text = seen.toString('latin1', 0, end)
  const octets = end + 2
  if (/^PROXY UNKNOWN(?: |$)/.test(text)) return { version: 1, ends: null, octets }
  const [, protocol, source = '', destination = '', from, to] =
    /^PROXY (TCP4|TCP6) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(text) ?? []
  const isAddress = protocol === 'TCP4' ? isIPv4 : isIPv6
  const remote = { host: plainAddress(source), port: portOf(from) }
  const local = { host: plainAddress(destination), port: portOf(to) }
  if (protocol === undefined || !isAddress(source) || !isAddress(destination) || source.includes('%')) {
    throw new ProxyHeaderError('a PROXY line that cannot be read')
  }
  return { version: 1, ends: { remote, local }, octets }
}

/** Digits without a leading zero, up to 65535. Throws ProxyHeaderError. */
function portOf(digits: string | undefined): number {
  if (digits !== undefined && (!/^(?:0|[1-9]\d*)$/.test(digits) || Number(digits) > 0xffff)) {
    throw new ProxyHeaderError('a PROXY line with a port that is none')
  }
  return Number(digits)
}

function binary(seen: Buffer): ProxyHeader | null {
  if (seen.length > signature.length && seen[signature.length] !== 0x20 && seen[signature.length] !== 0x21) {
    throw new ProxyHeaderError('a PROXY header of another version, or with a command that is none')
  }
  if (seen.length < fixedOctets) return null
  const isLocal = seen[12] === 0x20
  const [family, transport] = [(seen[13] ?? 0) >> 4, (seen[13] ?? 0) & 0x0f]
  const octets = fixedOctets + seen.readUInt16BE(14)
  if (octets > proxyHeaderOctets) throw new ProxyHeaderError(`a PROXY header of more than ${proxyHeaderOctets} octets`)
  if (seen.length < octets) return null
  // What a proxy says of itself (a look whether we live) tells nothing of a client; the rest is to be ignored then.
  if (isLocal) return { version: 2, ends: null, octets }
  if (family > 3 || transport > 2) throw new ProxyHeaderError('a PROXY header with a family that is none')
  if (family !== 0 && transport !== 1) throw new ProxyHeaderError('a PROXY header of something else than a stream')
  const width = addressOctets[family]
  // Addresses of Unix sockets, or none at all: the proxy does not say who it is.
  if (width === undefined) return { version: 2, ends: null, octets }
  const body = seen.subarray(fixedOctets, octets)
  if (body.length < width) throw new ProxyHeaderError('a PROXY header too short for its addresses')
  checkExtensions(body.subarray(width))
  return { version: 2, ends: family === 1 ? ends4(body) : ends6(body), octets }
}

function ends4(body: Buffer): ProxyHeader['ends'] {
  const host = (at: number) => body.subarray(at, at + 4).join('.')
  return endsOf(host(0), host(4), body.readUInt16BE(8), body.readUInt16BE(10))
}

function ends6(body: Buffer): ProxyHeader['ends'] {
  return endsOf(ipv6(body.subarray(0, 16)), ipv6(body.subarray(16, 32)), body.readUInt16BE(32), body.readUInt16BE(34))
}

function endsOf(source: string, destination: string, from: number, to: number): ProxyHeader['ends'] {
  return {
    remote: { host: plainAddress(source), port: from },
    local: { host: plainAddress(destination), port: to },
  }
}

/** As the system prints it (RFC 5952), an IPv4 address in it in its own form. */
function ipv6(octets: Buffer): string {
  const isMapped = octets.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'))
  if (isMapped) return octets.subarray(12).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => octets.readUInt16BE(at * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

/**
 * Extensions (TLVs: a type, a length of two octets, a value) say nothing here that the addresses do not: also what the
 * proxy says of TLS to the client (PP2_TYPE_SSL), since what is secure is what this server has secured. They must add
 * up, or the client's octets do not begin where the header ends.
 */
function checkExtensions(octets: Buffer): void {
  let at = 0
  while (at < octets.length) {
    if (octets.length - at < tlvHeadOctets) throw new ProxyHeaderError('a PROXY header with a cut extension')
    at += tlvHeadOctets + octets.readUInt16BE(at + 1)
  }
  if (at > octets.length) throw new ProxyHeaderError('a PROXY header with an extension that is longer than it')
}
