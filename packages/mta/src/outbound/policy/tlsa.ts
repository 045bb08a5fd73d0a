/** Certificates against TLSA records (RFC 6698 §2.1, RFC 7672 §3). */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto'
import type { Instant } from '@lemonade/store'
import type { TlsaRecord } from '../../dns/record.ts'
import { isFor } from './certificate.ts'
import type { TlsFault } from './fault.ts'
import { pathLengthOf } from './path-length.ts'
import type { Peer } from './peer.ts'

const [daneTa, daneEe] = [2, 3]
const [full, sha256, sha512] = [0, 1, 2]

/**
 * The records that a server can be authenticated by: DANE-TA and DANE-EE (RFC 7672 §3.1.3 leaves the PKIX usages out), of
 * each usage and selector without digests that are weaker than another one there (RFC 7671 §9).
 */
export function usableRecords(records: readonly TlsaRecord[]): readonly TlsaRecord[] {
  const usable = records.filter(isUsable)
  const isStrong = ({ usage, selector }: TlsaRecord) =>
    usable.some(other => other.usage === usage && other.selector === selector && other.matchingType === sha512)
  return usable.filter(record => record.matchingType !== sha256 || !isStrong(record))
}

function isUsable({ usage, selector, matchingType, data }: TlsaRecord): boolean {
  if (usage !== daneTa && usage !== daneEe) return false
  if (selector !== 0 && selector !== 1) return false
  if (matchingType === full) return selector === 0 ? certificateOf(data) !== null : isKey(data)
  return (matchingType === sha256 && data.length === 32) || (matchingType === sha512 && data.length === 64)
}

function certificateOf(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der)
  } catch {
    return null
  }
}

function isKey(spki: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}

/** A record in its presentation form (RFC 6698 §2.2), for reports. */
export function tlsaText({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString('hex').toUpperCase()}`
}

function matches({ selector, matchingType, data }: TlsaRecord, certificate: X509Certificate): boolean {
  const selected = selector === 0 ? certificate.raw : certificate.publicKey.export({ type: 'spki', format: 'der' })
  const shown =
    matchingType === full
      ? selected
      : createHash(matchingType === sha256 ? 'sha256' : 'sha512')
          .update(selected)
          .digest()
  return Buffer.compare(shown, data) === 0
}

/** What is wrong with a server by usable records; `names` are those that its certificate may have (RFC 7672 §3.2.2). */
export function daneFault(
  peer: Peer,
  records: readonly TlsaRecord[],
  names: readonly string[],
  now: Instant,
): TlsFault | null {
  // RFC 7672 §3.1.1: neither names nor dates count.
  if (records.some(record => record.usage === daneEe && matches(record, peer.certificate))) return null
  const anchors = records.filter(({ usage }) => usage === daneTa)
  if (anchors.length === 0) return { type: 'validation-failure', reason: 'no TLSA record matches the certificate' }
  const found = pathsToAnchor(peer, anchors)
  const [path] = found
  if (path === undefined) return { type: 'certificate-not-trusted', reason: 'no TLSA record matches the chain' }
  if (!found.some(each => each.every(certificate => isInForce(certificate, now)))) {
    return { type: 'certificate-expired', reason: 'CERT_HAS_EXPIRED' }
  }
  if (names.some(name => isFor(peer.certificate, name, 'default'))) return null
  return { type: 'certificate-host-mismatch', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' }
}

function isInForce({ validFromDate, validToDate }: X509Certificate, now: Instant): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime()
}

type Path = readonly X509Certificate[]

/** Every way from the server's certificate to an issuer that a record names, issuers that are no authorities left out. */
function pathsToAnchor({ certificate, others }: Peer, anchors: readonly TlsaRecord[]): readonly Path[] {
  // RFC 7672 §3.1.2: the authority is among what the server shows; a record may hold it too.
  const own = anchors.flatMap(({ selector, matchingType, data }) =>
    selector === 0 && matchingType === full ? (certificateOf(data) ?? []) : [],
  )
  const pool = [...others, ...own]
  const found: Path[] = []
  const walk = (path: Path) => {
    const last = path.at(-1)
    if (last === undefined || found.length >= mostPaths || path.length > longestPath) return
    if (path.length > 1 && anchors.some(anchor => matches(anchor, last))) {
      found.push(path)
      return
    }
    for (const issuer of pool) {
      if (!path.includes(issuer) && isIssuer(issuer, last, path.length - 1)) walk([...path, issuer])
    }
  }
  walk([certificate])
  return found
}

const mostPaths = 10
const longestPath = 10

/** `below`: the authorities between it and the server's certificate (RFC 5280 §4.2.1.9). */
function isIssuer(issuer: X509Certificate, issued: X509Certificate, below: number): boolean {
  if (!issuer.ca || !issued.checkIssued(issuer)) return false
  const most = pathLengthOf(issuer.raw)
  if (most !== null && below > most) return false
  try {
    return issued.verify(issuer.publicKey)
  } catch {
    return false
  }
}
