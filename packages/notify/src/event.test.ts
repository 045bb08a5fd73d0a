import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AccountId, EventId, OutboxEvent } from '@lemonade/store'
import { eventOf } from './event.ts'

function row(type: string, parameters: OutboxEvent['parameters']): OutboxEvent {
  return { id: 7 as EventId, at: Date.UTC(2026, 10, 24, 9, 30), account: 1 as AccountId, type, parameters }
}

const nobody = { user: 'n@x', hostname: 'h' }

suite('an outbox row becomes an event of RFC 5423', () => {
  test('a new message has its own URL', () => {
    const parameters = {
      mailbox: 'INBOX',
      mailboxId: 'M1',
      uidValidity: 3,
      uids: '12',
      count: 1,
      messages: 5,
      modSeq: 9,
      uidNext: 13,
      octets: 456,
      envelope: 'only for who asks',
      service: 'lmtp',
      pid: 5,
    }
    assert.deepEqual(
      eventOf(row('MessageNew', parameters), { user: 'ned@example.org', hostname: 'mail.example.org' }),
      {
        id: 7,
        type: 'MessageNew',
        timestamp: '2026-11-24T09:30:00.000Z',
        data: {
          uri: 'imap://ned%40example.org@mail.example.org/INBOX;UIDVALIDITY=3/;UID=12',
          user: 'ned@example.org',
          serverFQDN: 'mail.example.org',
          process: 'lemonade',
          mailboxID: 'imap://ned%40example.org@mail.example.org/INBOX;UIDVALIDITY=3',
          'vnd.lemonade.mailbox': 'INBOX',
          'vnd.lemonade.mailboxObjectId': 'M1',
          'vnd.lemonade.eventMessages': 1,
          uidset: '12',
          modseq: 9,
          uidnext: 13,
          messages: 5,
          messageSize: 456,
          service: 'lmtp',
          pid: 5,
        },
      },
    )
  })

  test('several messages have the URL of their mailbox and a UID set', () => {
    const { data } = eventOf(
      row('FlagsSet', { mailbox: 'A/ö & b', uidValidity: 3, uids: '1:3,9', flagNames: ['\\Flagged'] }),
      nobody,
    )
    assert.equal(data.uri, 'imap://n%40x@h/A/%C3%B6%20%26%20b;UIDVALIDITY=3')
    assert.equal(data.uidset, '1:3,9')
    assert.deepEqual(data.flagNames, ['\\Flagged'])
  })

  test('a renamed mailbox has both names', () => {
    const { data } = eventOf(row('MailboxRename', { mailbox: 'New', oldMailbox: 'Old', uidValidity: 3 }), nobody)
    assert.equal(data.mailboxID, 'imap://n%40x@h/New;UIDVALIDITY=3')
    assert.equal(data.oldMailboxID, 'imap://n%40x@h/Old')
  })

  test('an account that is gone has no name, an event without a mailbox has the URL of the server', () => {
    const { data } = eventOf(row('Login', { service: 'imap', clientIP: '192.0.2.1', novelty: 1 }), {
      user: null,
      hostname: 'h',
    })
    assert.deepEqual(data, {
      ...{ uri: 'imap://h/', serverFQDN: 'h', process: 'lemonade' },
      service: 'imap',
      clientIP: '192.0.2.1',
      'vnd.lemonade.novelty': 1,
    })
  })
  test('an event about a quota has what is used and what may be', () => {
    const { data } = eventOf(row('QuotaExceed', { diskUsed: 3, usedMessages: 2, maxMessages: 2 }), nobody)
    assert.deepEqual(data, {
      ...{ uri: 'imap://n%40x@h/', user: 'n@x', serverFQDN: 'h', process: 'lemonade' },
      diskUsed: 3,
      messages: 2,
      maxMessages: 2,
    })
  })

  test('who has done it is the user, whose mailbox it is stands in the URL', () => {
    const parameters = { mailbox: 'A', uidValidity: 3, uids: '1', user: 'bob', admin: 'root', owner: 'eve@x' }
    const { data } = eventOf(row('MessageRead', parameters), nobody)
    assert.equal(data.uri, 'imap://eve%40x@h/A;UIDVALIDITY=3/;UID=1')
    assert.deepEqual([data.user, data.admin, data['vnd.lemonade.owner']], ['bob', 'root', 'eve@x'])
  })

  test('a mod-sequence is of one message (§5), a source of a copy is no old name', () => {
    const { data } = eventOf(row('MessageAppend', { mailbox: 'A', uids: '1:2', modSeq: 9, oldMailbox: 'B' }), nobody)
    assert.deepEqual([data.modseq, data['vnd.lemonade.modseq']], [undefined, 9])
    assert.deepEqual([data.oldMailboxID, data['vnd.lemonade.sourceMailboxID']], [undefined, 'imap://n%40x@h/B'])
  })

  test('flags are told as the sink wants them (§4.2), with the tags of its subscription', () => {
    const read = row('MessageRead', { mailbox: 'A', uids: '1', flagNames: ['\\Seen'] })
    assert.equal(eventOf(read, nobody).type, 'MessageRead')
    const { type, data } = eventOf(read, { ...nobody, plainFlags: true, tags: ['a', 'b'] })
    assert.deepEqual([type, data.flagNames, data.tags], ['FlagsSet', ['\\Seen'], ['a', 'b']])
  })
})
