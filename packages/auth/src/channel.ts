/** What a mechanism must know of the channel under it, and the channel bindings it offers. */
import { createHash, X509Certificate } from 'node:crypto'
import { type Endpoint, isLoopback, type TlsFacts } from '@lemonade/net'

export interface Channel {
  /** TLS is up. */
  readonly secure: boolean
  /** The peer is on this machine. */
  readonly loopback: boolean
  /** The peer's address, for throttling and the log. */
  readonly remote: string
  /** The ports of both ends, where they are known. */
  readonly remotePort?: number
  readonly localPort?: number
  /** Only where the exporter's output is unique to the connection: TLS 1.3 (RFC 9266 §2). */
  readonly tlsExporter?: (length: number, label: string, context?: Uint8Array) => Uint8Array
  /** DER of the certificate that the peer was shown. */
  readonly serverCertificate?: Uint8Array | null
}

/** The channel that a connection is now; ask again after STARTTLS. */
export function channelOf(connection: {
  readonly remote: Endpoint
  readonly local?: Endpoint
  readonly tls: Pick<TlsFacts, 'protocol' | 'certificate' | 'exporter'> | null
}): Channel {
  const { tls } = connection
  const remote = connection.remote.host
  const base = {
    ...{ secure: tls !== null, loopback: isLoopback(remote), remote, remotePort: connection.remote.port },
    ...(connection.local === undefined ? {} : { localPort: connection.local.port }),
  }
  if (tls === null) return base
  return {
    ...base,
    serverCertificate: tls.certificate,
    // Node does not tell whether a TLS 1.2 handshake had the extended master secret of RFC 7627.
    ...(tls.protocol === 'TLSv1.3' && {
      tlsExporter: (length: number, label: string, context?: Uint8Array) => tls.exporter(length, label, context),
    }),
  }
}

/** Channel binding types (RFC 5056 §7) that this server knows, by their registered names. */
const types: Readonly<Record<string, (channel: Channel) => Uint8Array | null>> = {
  /** RFC 9266 §2. */
  'tls-exporter': ({ tlsExporter }) => tlsExporter?.(32, 'EXPORTER-Channel-Binding', new Uint8Array(0)) ?? null,
  /** RFC 5929 §4.1. */
  'tls-server-end-point': ({ serverCertificate }) => (serverCertificate == null ? null : endPoint(serverCertificate)),
}

/** The channel binding data, or null where the channel has none of that type. */
export function bindingData(type: string, channel: Channel): Uint8Array | null {
  return channel.secure && Object.hasOwn(types, type) ? (types[type]?.(channel) ?? null) : null
}

/** Whether a -PLUS mechanism can be offered. */
export function canBind(channel: Channel): boolean {
  return channel.secure && (channel.tlsExporter !== undefined || bindingData('tls-server-end-point', channel) !== null)
}

/** By certificate, since every connection shows the same one. */
const endPoints = new WeakMap<Uint8Array, { readonly data: Uint8Array | null }>()

function endPoint(certificate: Uint8Array): Uint8Array | null {
  const known = endPoints.get(certificate)
  if (known !== undefined) return known.data
  const hash = signatureHash(certificate)
  const data = hash === null ? null : createHash(hash).update(certificate).digest()
  endPoints.set(certificate, { data })
  return data
}

/**
 * The hash of the certificate's signature algorithm, SHA-256 in place of MD5 and SHA-1 (RFC 5929 §4.1). Null where the
 * algorithm has none of its own (EdDSA) or names it in parameters (RSASSA-PSS): the binding is undefined then.
 */
function signatureHash(certificate: Uint8Array): string | null {
  const { signatureAlgorithm } = new X509Certificate(certificate)
  const found = /(md5|sha-?(?:1|224|256|384|512)(?!\d))/i.exec(signatureAlgorithm ?? '')?.[1]
  const hash = found?.toLowerCase().replace('-', '')
  if (hash === undefined) return null
  return hash === 'md5' || hash === 'sha1' ? 'sha256' : hash
}
