/** TLS material and facts: what a listener needs to speak TLS, and what a connection can say about its own. */
import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'

/**
 * The TLS identity of the server. Both properties are read anew at each handshake, so a reload is an object whose
 * getters answer something else from then on; established connections keep what they began with.
 */
export interface TlsSource {
  readonly context: SecureContext
  /** DER of the server's own certificate, for tls-server-end-point (RFC 5929 §4). */
  readonly certificate: Uint8Array | null
}

/** RFC 8996: older versions are not negotiated. */
const minimumVersion = 'TLSv1.2'

/**
 * Key exchange groups, the preferred first. The ML-KEM hybrid is last: OpenSSL keeps its key for as long as the
 * connection lives, 7 KB of an idle connection's 59 (measured, OpenSSL 3.5.8).
 */
export const keyExchangeGroups = 'X25519:P-256:P-384:X25519MLKEM768'

/** Makes the TLS identity of a certificate chain and its key, both PEM. Throws what OpenSSL says of bad ones. */
export function tlsSource(options: { certificate: string; key: string; groups?: string }): TlsSource {
  return {
    context: createSecureContext({
      cert: options.certificate,
      key: options.key,
      minVersion: minimumVersion,
      ecdhCurve: options.groups ?? keyExchangeGroups,
      honorCipherOrder: true,
    }),
    certificate: new Uint8Array(new X509Certificate(options.certificate).raw),
  }
}

/** What a protocol may know of the TLS under it. */
export class TlsFacts {
  readonly #socket: TLSSocket
  /** DER of the certificate that this connection was shown. */
  readonly certificate: Uint8Array | null

  constructor(socket: TLSSocket, certificate: Uint8Array | null) {
    this.#socket = socket
    this.certificate = certificate
  }

  /** 'TLSv1.2' or 'TLSv1.3'. */
  get protocol(): string {
    return this.#socket.getProtocol() ?? 'none'
  }

  get cipher(): string {
    return this.#socket.getCipher().standardName
  }

  /** Keying material exporter (RFC 5705 §4, RFC 8446 §7.5). Throws where the connection is gone. */
  exporter(length: number, label: string, context?: Uint8Array): Uint8Array {
    return context === undefined
      ? this.#socket.exportKeyingMaterial(length, label, undefined as never)
      : this.#socket.exportKeyingMaterial(length, label, Buffer.from(context))
  }
}
