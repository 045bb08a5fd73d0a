/** A report by HTTPS (RFC 8460 §5.4). */
import { request } from 'node:https'
import { isIP } from 'node:net'
import type { Dns } from '../../dns/record.ts'
import { addressLookup, type MayConnect } from '../policy/address-lookup.ts'

export interface PostOptions {
  readonly resolver: Dns
  readonly seconds: number
  readonly mayConnect: MayConnect
  readonly certificateAuthority?: string
}

/** Rejects with a sentence where the server does not take it. */
export async function postReport(
  url: URL,
  compressed: Uint8Array,
  options: PostOptions,
  signal: AbortSignal,
): Promise<void> {
  const { resolver, seconds, mayConnect, certificateAuthority } = options
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !mayConnect(literal)) throw new Error(`${literal} is no public address`)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const asked = request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/tlsrpt+gzip',
      'content-length': compressed.length,
      'user-agent': 'lemonade',
    },
    lookup: addressLookup(resolver, mayConnect),
    agent: false,
    signal,
    minVersion: 'TLSv1.2',
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  })
  const late = setTimeout(() => {
    reject(new Error('time-out'))
    asked.destroy()
  }, seconds * 1000)
  asked.on('error', (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.message)))
  asked.on('response', ({ statusCode = 0 }) => {
    if (statusCode >= 200 && statusCode < 300) resolve()
    else reject(new Error(`HTTP ${statusCode}`))
    // What it says besides is of no interest.
    asked.destroy()
  })
  asked.end(compressed)
  return promise.finally(() => clearTimeout(late))
}
