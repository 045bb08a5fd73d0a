/** For tests of TLS to other servers: an authority, and certificates of every kind that it signs. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import forge from 'node-forge'

export interface Issued {
  readonly certificate: string
  readonly key: string
  /** DER. */
  readonly der: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
}

export interface Wanted {
  readonly names?: readonly string[]
  readonly commonName?: string
  readonly days?: readonly [from: number, to: number]
  readonly ca?: boolean
  readonly pathLength?: number
  /** Else all that are no authorities share one, which takes no time to make. */
  readonly ownKey?: boolean
}

function newPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

const sharedPair = newPair()
const dayMilliseconds = 86_400_000
let serial = 1

/** A certificate for these names, by this authority; without one it signs itself. */
export function issue(wanted: Wanted, by: Issued | null): Issued {
  const pair = wanted.ca === true || wanted.ownKey === true ? newPair() : sharedPair
  const { names = [], commonName = names[0] ?? 'test authority', days = [-1, 400], ca = false, pathLength } = wanted
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  made.serialNumber = (0x1000 + serial++).toString(16)
  made.validity.notBefore = new Date(Date.now() + days[0] * dayMilliseconds)
  made.validity.notAfter = new Date(Date.now() + days[1] * dayMilliseconds)
  const subject = [{ name: 'commonName', value: commonName }]
  made.setSubject(subject)
  made.setIssuer(by === null ? subject : forge.pki.certificateFromPem(by.certificate).subject.attributes)
  made.setExtensions([
    {
      name: 'basicConstraints',
      cA: ca,
      critical: true,
      ...(pathLength === undefined ? {} : { pathLenConstraint: pathLength }),
    },
    ...(names.length === 0 ? [] : [{ name: 'subjectAltName', altNames: names.map(value => ({ type: 2, value })) }]),
  ])
  made.sign(forge.pki.privateKeyFromPem(by?.key ?? pair.privateKey), forge.md.sha256.create())
  const certificate = forge.pki.certificateToPem(made)
  const parsed = new X509Certificate(certificate)
  const spki = parsed.publicKey.export({ type: 'spki', format: 'der' })
  return { certificate, key: pair.privateKey, der: new Uint8Array(parsed.raw), spki: new Uint8Array(spki) }
}

export function authority(commonName = 'test authority'): Issued {
  return issue({ ca: true, commonName }, null)
}
