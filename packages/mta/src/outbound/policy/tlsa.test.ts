import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { TlsaRecord } from '../../dns/record.ts'
import { authority, type Issued, issue } from './authority.testing.ts'
import { pathLengthOf } from './path-length.ts'
import type { Peer } from './peer.ts'
import { daneFault, tlsaText, usableRecords } from './tlsa.ts'

const root = authority('root')
const middle = issue({ ca: true, commonName: 'middle', pathLength: 0 }, root)
const leaf = issue({ names: ['mx.far.example'], ownKey: true }, middle)
const stranger = authority('stranger')

const record = (usage: number, selector: 0 | 1, matchingType: 0 | 1 | 2, of: Issued): TlsaRecord => {
  const octets = selector === 0 ? of.der : of.spki
  const hash = matchingType === 2 ? 'sha512' : 'sha256'
  const data = matchingType === 0 ? octets : new Uint8Array(createHash(hash).update(octets).digest())
  return { usage, selector, matchingType, data }
}

const peer = (certificate: Issued, ...others: readonly Issued[]): Peer => ({
  certificate: new X509Certificate(certificate.der),
  others: others.map(({ der }) => new X509Certificate(der)),
  chainFault: 'SELF_SIGNED_CERT_IN_CHAIN',
})

const names = ['mx.far.example', 'far.example']
const fault = (shown: Peer, records: readonly TlsaRecord[], at = Date.now()) =>
  daneFault(shown, usableRecords(records), names, at)

test('RFC 7672 §3.1.1: DANE-EE by certificate or key, whole or hashed, whatever its name and dates', () => {
  const expired = issue({ names: ['other.example'], days: [-9, -1], ownKey: true }, stranger)
  for (const selector of [0, 1] as const) {
    for (const matchingType of [0, 1, 2] as const) {
      assert.equal(fault(peer(expired), [record(3, selector, matchingType, expired)]), null)
      assert.equal(fault(peer(expired), [record(3, selector, matchingType, leaf)])?.type, 'validation-failure')
      assert.equal(
        fault(peer(leaf), [record(3, selector, matchingType, expired), record(3, 1, matchingType, leaf)]),
        null,
      )
    }
  }
})

test('RFC 7672 §3.1.2: DANE-TA by an authority among what the server shows', () => {
  for (const selector of [0, 1] as const) {
    for (const matchingType of [0, 1, 2] as const) {
      assert.equal(fault(peer(leaf, middle, root), [record(2, selector, matchingType, root)]), null)
      assert.equal(fault(peer(leaf, root, middle), [record(2, selector, matchingType, root)]), null, 'in any order')
      assert.equal(fault(peer(leaf, middle), [record(2, selector, matchingType, middle)]), null)
      const wrong = fault(peer(leaf, middle, root), [record(2, selector, matchingType, stranger)])
      assert.equal(wrong?.type, 'certificate-not-trusted')
    }
  }
  assert.equal(fault(peer(leaf, middle), [record(2, 0, 1, root)])?.type, 'certificate-not-trusted', 'not shown')
  assert.equal(fault(peer(leaf, middle), [record(2, 0, 0, root)]), null, 'the record holds it')
  assert.equal(fault(peer(leaf), [record(2, 0, 1, leaf)])?.type, 'certificate-not-trusted', 'no authority itself')
  assert.equal(
    fault(peer(leaf, stranger), [record(2, 0, 1, stranger)])?.type,
    'certificate-not-trusted',
    'not its issuer',
  )
})

test('an authority of the same name with another key has signed nothing', () => {
  const impostor = authority('middle')
  assert.equal(fault(peer(leaf, impostor), [record(2, 0, 1, impostor)])?.type, 'certificate-not-trusted')
})

test('a certificate of a server is no authority, and the length of a path is kept (RFC 5280 §4.2.1.9)', () => {
  const below = issue({ names: ['mx.far.example'] }, leaf)
  assert.equal(fault(peer(below, leaf, middle, root), [record(2, 0, 1, root)])?.type, 'certificate-not-trusted')
  const lower = issue({ ca: true, commonName: 'lower' }, middle)
  const low = issue({ names: ['mx.far.example'] }, lower)
  assert.equal(fault(peer(low, lower, middle, root), [record(2, 0, 1, root)])?.type, 'certificate-not-trusted')
  assert.equal(fault(peer(low, lower, middle, root), [record(2, 0, 1, lower)]), null)
  assert.equal(pathLengthOf(middle.der), 0)
  assert.equal(pathLengthOf(root.der), null)
  assert.equal(pathLengthOf(leaf.der), null)
  assert.equal(pathLengthOf(issue({ ca: true, commonName: 'x', pathLength: 3 }, root).der), 3)
  assert.equal(pathLengthOf(new Uint8Array()), null)
})

test('RFC 7672 §3.2.2, §3.2.3: with DANE-TA names and dates count', () => {
  const by = (wanted: Parameters<typeof issue>[0]) => fault(peer(issue(wanted, root), root), [record(2, 1, 1, root)])
  assert.equal(by({ names: ['far.example'] }), null, 'the domain itself')
  assert.equal(by({ names: ['*.far.example'] }), null)
  assert.equal(by({ commonName: 'mx.far.example' }), null, 'the common name where there is no DNS-ID')
  assert.equal(by({ names: ['mx.near.example'], commonName: 'mx.far.example' })?.type, 'certificate-host-mismatch')
  assert.equal(by({ names: ['*.example'] })?.type, 'certificate-host-mismatch')
  assert.equal(by({ names: ['m*.far.example'] })?.type, 'certificate-host-mismatch')
  assert.equal(by({ names: ['mx.far.example'], days: [-9, -1] })?.type, 'certificate-expired')
  assert.equal(by({ names: ['mx.far.example'], days: [1, 9] })?.type, 'certificate-expired')
  const old = issue({ ca: true, commonName: 'old', days: [-9, -1] }, null)
  const fresh = issue({ names: ['mx.far.example'] }, old)
  assert.equal(fault(peer(fresh, old), [record(2, 0, 1, old)])?.type, 'certificate-expired')
})

test('RFC 7672 §3.1.3, RFC 7671 §9: which records can be used', () => {
  const good = record(3, 1, 1, leaf)
  const rows: readonly [name: string, record: TlsaRecord][] = [
    ['PKIX-TA', { ...good, usage: 0 }],
    ['PKIX-EE', { ...good, usage: 1 }],
    ['a private usage', { ...good, usage: 255 }],
    ['an unknown selector', { ...good, selector: 2 }],
    ['an unknown matching type', { ...good, matchingType: 3 }],
    ['a digest that is too short', { ...good, data: good.data.subarray(1) }],
    ['a digest of the other length', { ...good, matchingType: 2 }],
    ['a certificate that is none', { ...good, selector: 0, matchingType: 0 }],
    ['a key that is none', { ...good, selector: 1, matchingType: 0 }],
    ['nothing', { ...good, data: new Uint8Array() }],
  ]
  for (const [name, unusable] of rows) {
    assert.deepEqual(usableRecords([unusable]), [], name)
    assert.deepEqual(usableRecords([unusable, good]), [good], name)
  }
  const strong = record(3, 1, 2, stranger)
  assert.deepEqual(usableRecords([good, strong]), [strong], 'the stronger digest counts')
  assert.equal(fault(peer(leaf), [good, strong])?.type, 'validation-failure')
  const others = [record(3, 0, 2, stranger), record(2, 1, 2, stranger), record(3, 1, 0, stranger)]
  assert.deepEqual(usableRecords([good, ...others]), [good, ...others], 'of another usage, selector or whole')
})

test('a record in its presentation form (RFC 8460 §4.5)', () => {
  const data = new Uint8Array([0x1f, 0x85, 0x0a])
  assert.equal(tlsaText({ usage: 3, selector: 0, matchingType: 1, data }), '3 0 1 1F850A')
})
