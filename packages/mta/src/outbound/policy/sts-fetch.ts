/** Fetches a policy (RFC 8461 §3.3): from one place, with a certificate that is right, and with patience for little. */
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Dns } from '../../dns/record.ts'
import { addressLookup } from './address-lookup.ts'
import { certificateFault } from './certificate.ts'
import type { TlsFault } from './fault.ts'

export interface StsFetchOptions {
  readonly resolver: Dns
  readonly seconds: number
  readonly octets: number
  /** PEM; of whom the host's certificate must be, where the system's list does not do. */
  readonly certificateAuthority?: string
  /** 443, but for tests. */
  readonly port: number
  /** Gives up. */
  readonly signal?: AbortSignal
}

export class StsFetchFailed extends Error {
  readonly fault: TlsFault

  constructor(fault: TlsFault) {
    super(`the policy could not be fetched: ${fault.reason}`)
    this.name = 'StsFetchFailed'
    this.fault = fault
  }
}

/** The text at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`. Throws StsFetchFailed. */
export async function fetchStsPolicy(domain: string, options: StsFetchOptions): Promise<string> {
  const { resolver, seconds, certificateAuthority, port, signal } = options
  const host = `mta-sts.${domain}`
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const fail = (type: TlsFault['type'], reason: string) => reject(new StsFetchFailed({ type, reason }))
  const asked = request({
    ...{ host, port, path: '/.well-known/mta-sts.txt', method: 'GET', servername: host },
    headers: { host, accept: 'text/plain', 'user-agent': 'lemonade' },
    lookup: addressLookup(resolver),
    // A connection of its own: what another policy host has shown must not count here.
    agent: false,
    minVersion: 'TLSv1.2',
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(signal === undefined ? {} : { signal }),
    // Names are compared as the RFC wants it, not as browsers do.
    checkServerIdentity: (_name, peer) => {
      const fault = certificateFault(peer.raw, host, 'never')
      return fault === null ? undefined : Object.assign(new Error(fault.reason), { code: fault.reason, isName: true })
    },
  })
  const late = setTimeout(() => {
    fail('sts-policy-fetch-error', 'time-out')
    asked.destroy()
  }, seconds * 1000)
  asked.on('error', (error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message
    // Of Node's and OpenSSL's codes those of certificates begin or end alike.
    const isCertificate =
      'isName' in error || /^CERT_|_CERT|^INVALID_CA$|^UNABLE_TO_VERIFY_|^PATH_LENGTH_|^HOSTNAME_/.test(code)
    fail(isCertificate ? 'sts-webpki-invalid' : 'sts-policy-fetch-error', code)
  })
  asked.on('response', response => {
    const refused = whyNot(response)
    const reading = refused === null ? textOf(response, options.octets) : Promise.reject(new Error(refused))
    reading
      .then(resolve, (error: Error) => fail('sts-policy-fetch-error', error.message))
      .finally(() => asked.destroy())
  })
  asked.end()
  return promise.finally(() => clearTimeout(late))
}

/** RFC 8461 §3.3, §3.2: 200 and nothing else, and text. */
function whyNot({ statusCode, headers }: IncomingMessage): string | null {
  if (statusCode !== 200) return `HTTP ${statusCode}`
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  return type === 'text/plain' ? null : 'not text/plain'
}

async function textOf(response: IncomingMessage, limit: number): Promise<string> {
  const pieces: Buffer[] = []
  let octets = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    octets += piece.length
    if (octets > limit) throw new Error('too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
