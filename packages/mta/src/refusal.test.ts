import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Destination } from './deposit.ts'
import { type FilterRefusal, judge, reasonLines, replyLimits, whyUntold } from './refusal.ts'

const destination = (address: string, parameters: Destination['parameters'] = {}): Destination => {
  return { address, parameters, route: { accounts: [], foreign: [], closed: [], detail: null } }
}
const alice = destination('alice@example.org')
const bob = destination('bob@example.org')
const refusal = (to: Destination, how: 'reject' | 'ereject', reason: string): FilterRefusal => {
  return { destination: to, how, reason }
}

/** The codes and words for each destination; `message` where a refusal goes by message. */
const judged = (protocol: 'SMTP' | 'LMTP' | 'local', kept: readonly Destination[], ...refusals: FilterRefusal[]) => {
  const { replies, byMessage } = judge({ refusals, kept: new Set(kept) }, [alice, bob], protocol)
  return [alice, bob].map((each, at) => {
    if (byMessage.some(({ destination: to }) => to === each)) return 'message'
    const reply = replies[at] ?? null
    return reply === null ? 'taken' : `${reply.code} ${reply.status} ${reply.lines.join('|')}`
  })
}
const no = 'No.'
const refused = (text: string) => `550 5.7.1 ${text}`
const hidden = refused("Refused by the recipient's mail filter")
const long = 'x\r\n'.repeat(replyLimits.lines + 1)

const rows: readonly [name: string, found: string[], expected: string[]][] = [
  [
    'LMTP refuses for each recipient (RFC 5429 §2.1.2)',
    judged('LMTP', [bob], refusal(alice, 'ereject', no)),
    [refused(no), 'taken'],
  ],
  ['LMTP: reject too (§2.2)', judged('LMTP', [bob], refusal(alice, 'reject', no)), [refused(no), 'taken']],
  [
    'LMTP: not where somebody behind the address takes it',
    judged('LMTP', [alice, bob], refusal(alice, 'ereject', no)),
    ['message', 'taken'],
  ],
  [
    'SMTP: not where another recipient takes it (§2.1.2)',
    judged('SMTP', [bob], refusal(alice, 'ereject', no)),
    ['message', 'taken'],
  ],
  [
    'SMTP: where all refuse, with each reason once (§2.2)',
    judged('SMTP', [], refusal(alice, 'ereject', no), refusal(bob, 'reject', 'Never.')),
    [refused('No.|Never.'), refused('No.|Never.')],
  ],
  [
    'SMTP: one reason of two',
    judged('SMTP', [], refusal(alice, 'reject', no), refusal(bob, 'reject', no)),
    [refused(no), refused(no)],
  ],
  [
    'ereject has other words for what is not US-ASCII (§2.1.1)',
    judged('SMTP', [], refusal(alice, 'ereject', 'Nö.'), refusal(bob, 'ereject', 'Ñ')),
    [hidden, hidden],
  ],
  [
    'reject keeps its words and so goes by message (§2.2)',
    judged('LMTP', [], refusal(alice, 'reject', 'Nö.'), refusal(bob, 'ereject', 'Nö.')),
    ['message', hidden],
  ],
  [
    'SMTP: one that must go by message takes the others along',
    judged('SMTP', [], refusal(alice, 'reject', 'Nö.'), refusal(bob, 'ereject', no)),
    ['message', 'message'],
  ],
  [
    'out of the queue there is nobody to reply to',
    judged('local', [], refusal(alice, 'ereject', no), refusal(bob, 'reject', no)),
    ['message', 'message'],
  ],
  [
    'a reason that is too long for a reply: ereject is cut, reject is not',
    judged('LMTP', [], refusal(alice, 'ereject', long), refusal(bob, 'reject', long)),
    [refused(Array(replyLimits.lines).fill('x').join('|')), 'message'],
  ],
  [
    'lines: as they are, without what is empty around them, and without control characters (§2.5)',
    judged('LMTP', [bob], refusal(alice, 'ereject', '\r\n a\tb\u0007\r\n\r\nc \r\n\r\n')),
    [refused(' a b?||c'), 'taken'],
  ],
  ['no reason', judged('LMTP', [bob], refusal(alice, 'reject', ' \r\n')), [hidden, 'taken']],
]
describe('who is refused how', () => {
  for (const [name, found, expected] of rows) test(name, () => assert.deepEqual(found, expected))

  test('no line of a reply is too long (RFC 5429 §2.5, RFC 5321 §4.5.3.1.5)', () => {
    const words = 'word '.repeat(150).trim()
    const reason = `${words}\r\n${'y'.repeat(1000)}`
    const { replies } = judge({ refusals: [refusal(alice, 'reject', reason)], kept: new Set() }, [alice], 'LMTP')
    const lines = replies[0]?.lines ?? []
    assert.ok(lines.every(line => line.length <= replyLimits.lineOctets))
    assert.equal(lines.slice(0, 2).join(' '), words)
    assert.equal(lines.slice(2).join(''), 'y'.repeat(1000))
  })

  test('a line at the limit stays whole, characters of several octets too', () => {
    assert.deepEqual(reasonLines('é'.repeat(450)), ['é'.repeat(450)])
    assert.deepEqual(reasonLines(`a${'é'.repeat(450)}`), [`a${'é'.repeat(449)}`, 'é'])
  })
})

test('who is not told by message', () => {
  const header = (text: string) => Buffer.from(`${text}\r\n\r\n`)
  const plain = header('Subject: x')
  const told = (how: 'reject' | 'ereject', from: string, at = plain, to = alice) =>
    whyUntold(refusal(to, how, no), from, at)
  const never = destination('alice@example.org', { notify: ['NEVER'] })
  const failure = destination('alice@example.org', { notify: ['FAILURE'] })
  assert.equal(told('reject', 'x@far.example'), null)
  assert.equal(told('reject', ''), 'null reverse-path')
  assert.equal(told('ereject', ''), 'null reverse-path')
  assert.equal(told('ereject', 'x@far.example', plain, never), 'NOTIFY')
  assert.equal(told('ereject', 'x@far.example', plain, failure), null)
  assert.equal(told('reject', 'x@far.example', plain, never), null)
  assert.equal(told('reject', 'x@far.example', header('Auto-Submitted: auto-replied')), 'Auto-Submitted')
  assert.equal(told('reject', 'x@far.example', header('Auto-Submitted: No (by hand)')), null)
  assert.equal(told('ereject', 'x@far.example', header('Auto-Submitted: auto-generated')), null)
})
