import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AccountId, EventId, OutboxEvent } from '@lemonade/store'
import { eventOf } from './event.ts'

function row(type: string, parameters: OutboxEvent['parameters']): OutboxEvent {
  return { id: 7 as EventId, at: Date.UTC(2026, 10, 24, 9, 30), account: 1 as AccountId, type, parameters }
}

suite('an outbox row becomes an event of RFC 5423', () => {
  test('a new message has its own URL', () => {
    const parameters = {
      mailbox: 'INBOX',
      mailboxId: 'M1',
      uidValidity: 3,
      uids: '12',
      messages: 1,
      modSeq: 9,
      uidNext: 13,
      octets: 456,
    }
    assert.deepEqual(eventOf(row('MessageNew', parameters), 'ned@example.org', 'mail.example.org'), {
      id: 7,
      type: 'MessageNew',
      timestamp: '2026-11-24T09:30:00.000Z',
      data: {
        uri: 'imap://ned%40example.org@mail.example.org/INBOX;UIDVALIDITY=3/;UID=12',
        user: 'ned@example.org',
        mailboxID: 'imap://ned%40example.org@mail.example.org/INBOX;UIDVALIDITY=3',
        'vnd.lemonade.mailbox': 'INBOX',
        'vnd.lemonade.mailboxObjectId': 'M1',
        'vnd.lemonade.eventMessages': 1,
        uidset: '12',
        modseq: 9,
        uidnext: 13,
        messageSize: 456,
      },
    })
  })

  test('several messages have the URL of their mailbox and a UID set', () => {
    const { data } = eventOf(
      row('FlagsSet', { mailbox: 'A/ö & b', uidValidity: 3, uids: '1:3,9', flagNames: ['\\Flagged'] }),
      'n@x',
      'h',
    )
    assert.equal(data.uri, 'imap://n%40x@h/A/%C3%B6%20%26%20b;UIDVALIDITY=3')
    assert.equal(data.uidset, '1:3,9')
    assert.deepEqual(data.flagNames, ['\\Flagged'])
  })

  test('a renamed mailbox has both names', () => {
    const { data } = eventOf(row('MailboxRename', { mailbox: 'New', oldMailbox: 'Old', uidValidity: 3 }), 'n@x', 'h')
    assert.equal(data.mailboxID, 'imap://n%40x@h/New;UIDVALIDITY=3')
    assert.equal(data.oldMailboxID, 'imap://n%40x@h/Old')
  })

  test('an account that is gone has no name, an event without a mailbox has the URL of the server', () => {
    const { data } = eventOf(row('Login', { service: 'imap', clientIP: '192.0.2.1', novelty: 1 }), null, 'h')
    assert.deepEqual(data, { uri: 'imap://h/', service: 'imap', clientIP: '192.0.2.1', 'vnd.lemonade.novelty': 1 })
  })
  test('an event about a quota has what is used and what may be', () => {
    const { data } = eventOf(row('QuotaExceed', { diskUsed: 3, usedMessages: 2, maxMessages: 2 }), 'n@x', 'h')
    assert.deepEqual(data, { uri: 'imap://n%40x@h/', user: 'n@x', diskUsed: 3, messages: 2, maxMessages: 2 })
  })
})
