import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, AUTHENTIC_DATA, decode, encode, type Packet } from 'dns-packet'
import fc from 'fast-check'
import { type Question, questionOctets, readReply } from './message.ts'
import { recordOf } from './record-data.ts'
import { dnsServer } from './servers.ts'

const question: Question = { id: 4711, name: 'far.example', type: 'A', edns: true }
const answer: Answer = { type: 'A', name: 'far.example', ttl: 60, data: '192.0.2.1' }

/** One of each type that is read. */
const answers: readonly Answer[] = [
  answer,
  { type: 'MX', name: 'far.example', ttl: 60, data: { preference: 1, exchange: 'mx.far.example' } },
  { type: 'SRV', name: 'far.example', ttl: 60, data: { priority: 1, weight: 1, port: 993, target: 'far.example' } },
  { type: 'TXT', name: 'far.example', ttl: 60, data: ['v=STSv1;', 'id=1'] },
  { type: 'CNAME', name: 'far.example', ttl: 60, data: 'near.example' },
  {
    type: 'TLSA',
    name: 'far.example',
    ttl: 60,
    data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32) },
  },
]

const reply = (more: Partial<Packet> = {}) =>
  encode({
    type: 'response',
    id: 4711,
    flags: AUTHENTIC_DATA,
    questions: [{ type: 'A', name: 'FAR.example' }],
    answers: [answer],
    ...more,
  })

test('dns message: asks for validation, and for no more than passes in a datagram', () => {
  const asked = decode(Buffer.from(questionOctets(question)))
  assert.deepEqual([asked.id, asked.questions?.[0]?.name, asked.questions?.[0]?.type], [4711, 'far.example', 'A'])
  assert.equal((asked.flags ?? 0) & AUTHENTIC_DATA, AUTHENTIC_DATA)
  const [options] = asked.additionals ?? []
  assert.ok(options?.type === 'OPT' && options.flag_do && options.udpPayloadSize === 1232)
  assert.deepEqual(decode(Buffer.from(questionOctets({ ...question, edns: false }))).additionals, [])
})

test('dns message: only the answer to this very question is one (RFC 5452 §9.1)', () => {
  assert.equal(readReply(reply(), question)?.authentic, true)
  assert.equal(readReply(reply({ id: 4712 }), question), null)
  assert.equal(readReply(reply({ questions: [{ type: 'A', name: 'near.example' }] }), question), null)
  assert.equal(readReply(reply({ questions: [{ type: 'AAAA', name: 'far.example' }] }), question), null)
  assert.equal(readReply(reply({ questions: [] }), question), null)
  assert.equal(readReply(reply({ type: 'query' }), question), null)
  assert.equal(readReply(reply({ questions: [], flags: 1 }), question)?.code, 'not-understood')
})

test('dns message: octets of strangers never throw', () => {
  const good = reply({ answers: [...answers] })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(good.length),
      (changes, length) => {
        const octets = new Uint8Array(good)
        for (const [at, octet] of changes) octets[at] = octet
        for (const found of readReply(octets.subarray(0, length), question)?.answers ?? []) recordOf(found)
      },
    ),
    { seed: 1035, numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), octets => void readReply(octets, question)),
    { seed: 1035, numRuns: 3000 },
  )
})

test('dns servers: addresses with and without a port', () => {
  assert.deepEqual(dnsServer('192.0.2.1'), { host: '192.0.2.1', port: 53 })
  assert.deepEqual(dnsServer('192.0.2.1:5353'), { host: '192.0.2.1', port: 5353 })
  assert.deepEqual(dnsServer('2001:db8::1'), { host: '2001:db8::1', port: 53 })
  assert.deepEqual(dnsServer('[2001:db8::1]:54'), { host: '2001:db8::1', port: 54 })
  for (const text of ['', 'localhost', 'localhost:53', '192.0.2.1:0', '192.0.2.1:99999']) {
    assert.equal(dnsServer(text), null, text)
  }
})
