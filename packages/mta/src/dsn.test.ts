import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import type { Store } from '@lemonade/store'
import { Dsn, type Notice } from './dsn.ts'
import { defaultMtaLimits } from './limits.ts'
import { openTestStore } from './testing.ts'

const original = Buffer.from('From: alice@example.org\r\nSubject: hello\r\n\r\nText.\r\n')

const notice: Notice = {
  arrival: { at: Date.UTC(2026, 10, 24), reversePath: 'alice@example.org', envid: null },
  recipient: 'bob@far.example',
  orcpt: null,
  action: 'failed',
  status: '5.1.1',
  diagnostic: { type: 'smtp', text: '550-5.1.1 No such\n550 5.1.1 mailbox' },
  remote: 'mx.far.example',
  retryUntil: null,
  original: {
    whole: true,
    header: async () => original.indexOf('\r\n\r\n') + 4,
    async *read(start, end) {
      yield original.subarray(start, end)
    },
  },
}

describe('delivery status notifications', () => {
  let store: Store
  let close: () => Promise<void>
  before(async () => {
    ;({ store, close } = await openTestStore())
  })
  after(() => close())

  const made = async (changes: Partial<Notice> = {}) => {
    const dsn = new Dsn({
      store,
      hostname: 'mail.example.org',
      limits: defaultMtaLimits,
      now: () => Date.UTC(2026, 10, 25),
    })
    const deposit = await dsn.deposit({ ...notice, ...changes })
    const pieces: Uint8Array[] = []
    for await (const piece of deposit.content.read(0, deposit.content.octets)) pieces.push(piece)
    await deposit.content.discard()
    const octets = Buffer.concat(pieces)
    const structure = parseMessage(octets)
    const parts = structure.parts.map(part => ({
      type: `${part.type}/${part.subtype}`,
      text: octets.subarray(part.bodyStart, part.end).toString(),
    }))
    return { deposit, structure, parts, text: octets.toString() }
  }

  test('RFC 6522 §3: a report of three parts, from nobody to the sender', async () => {
    const { deposit, structure, parts, text } = await made()
    assert.deepEqual([structure.type, structure.subtype], ['multipart', 'report'])
    assert.ok(structure.params.some(([name, value]) => name === 'report-type' && value === 'delivery-status'))
    assert.deepEqual(
      parts.map(({ type }) => type),
      ['text/plain', 'message/delivery-status', 'message/rfc822'],
    )
    assert.equal(parts[2]?.text, original.toString())
    assert.match(text, /^Auto-Submitted: auto-replied\r$/m)
    const [entry] = deposit.enqueue
    assert.deepEqual(
      [entry?.reversePath, entry?.recipient, entry?.options?.notify],
      ['', 'alice@example.org', ['NEVER']],
    )
  })

  test('RFC 2852 §5: Deliver-By-Date, behind Arrival-Date', async () => {
    const { parts } = await made({ deliverBy: Date.UTC(2026, 10, 24, 0, 2), because: 'late' })
    assert.match(
      parts[1]?.text ?? '',
      /^Arrival-Date: Tue, 24 Nov 2026 00:00:00 \+0000\r\nDeliver-By-Date: Tue, 24 Nov 2026 00:02:00 \+0000\r\n\r$/m,
    )
    assert.match(parts[0]?.text ?? '', /in the time that was given for it:/)
  })

  test('RFC 3464 §2: fields of the message, a blank line, fields of the recipient', async () => {
    const { parts } = await made({
      arrival: { ...notice.arrival, envid: 'QQ314159' },
      orcpt: 'rfc822;Bob@ivory.example',
      action: 'delayed',
      status: '4.4.7',
      retryUntil: Date.UTC(2026, 10, 29),
    })
    assert.equal(
      parts[1]?.text,
      [
        'Reporting-MTA: dns; mail.example.org',
        'Original-Envelope-Id: QQ314159',
        'Arrival-Date: Tue, 24 Nov 2026 00:00:00 +0000',
        '',
        'Original-Recipient: rfc822; Bob@ivory.example',
        'Final-Recipient: rfc822; bob@far.example',
        'Action: delayed',
        'Status: 4.4.7',
        'Remote-MTA: dns; mx.far.example',
        'Diagnostic-Code: smtp; 550-5.1.1 No such 550 5.1.1 mailbox',
        'Last-Attempt-Date: Wed, 25 Nov 2026 00:00:00 +0000',
        'Will-Retry-Until: Sun, 29 Nov 2026 00:00:00 +0000',
        '',
      ].join('\r\n'),
    )
  })

  test('RFC 3461 §4.3: the header only', async () => {
    const { parts } = await made({ original: { ...notice.original, whole: false } })
    assert.deepEqual(
      [parts[2]?.type, parts[2]?.text],
      ['text/rfc822-headers', 'From: alice@example.org\r\nSubject: hello\r\n\r\n'],
    )
  })

  test('RFC 6533 §3: addresses in UTF-8 make an international report', async () => {
    const { deposit, parts } = await made({ recipient: 'bøb@far.example', orcpt: 'utf-8;bøb@far.example' })
    assert.deepEqual(
      parts.map(({ type }) => type),
      ['text/plain', 'message/global-delivery-status', 'message/global'],
    )
    assert.match(parts[1]?.text ?? '', /^Final-Recipient: utf-8; bøb@far\.example\r$/m)
    assert.equal(deposit.enqueue[0]?.options?.smtpUtf8, true)
  })

  test('what another server said makes no field and no line of its own', async () => {
    const evil = `550 no\r\nStatus: 2.0.0\r\n\r\n--=_report\u0000${'x'.repeat(5000)}`
    const { text, parts } = await made({ diagnostic: { type: 'smtp', text: evil }, remote: 'mx\r\nAction: delivered' })
    assert.doesNotMatch(text, /^(?:Status: 2|Action: delivered)/m)
    assert.equal(parts.length, 3)
    assert.ok(text.split('\r\n').every(line => Buffer.byteLength(line) < 998))
  })
})
