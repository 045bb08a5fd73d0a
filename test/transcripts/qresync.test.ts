/** QRESYNC where the store has forgotten, and where there is much to say (RFC 7162 §3.2.5.2, §3.2.6, §4). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Uid } from '@lemonade/store'
import { parseTranscript, play } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start({ tombstonesPerMailbox: 4 })
})
after(() => imap.stop())

async function inboxOf(
  messages: number,
): Promise<{ account: string; expunge(uids: readonly number[]): Promise<void> }> {
  const account = await imap.account()
  const mailbox = await imap.mailbox(account, 'INBOX')
  const writer = imap.store.contents.writer({ limitOctets: 1e6 })
  await writer.write(Buffer.from('Subject: x\r\n\r\nx\r\n'))
  const content = await writer.finish()
  await imap.store.messages.append(
    mailbox,
    Array.from({ length: messages }, () => ({ content, flags: [] })),
  )
  return {
    account,
    async expunge(list) {
      const uids = list.map(uid => ({ first: uid as Uid, last: uid as Uid }))
      await imap.store.messages.storeFlags(mailbox, uids, { mode: 'add', flags: ['\\Deleted'] })
      await imap.store.messages.expunge(mailbox, uids)
    },
  }
}

async function playAs(account: string, transcript: string): Promise<void> {
  const prologue = [`LOGIN ${account} "${password}"`, 'ENABLE QRESYNC']
  await play(parseTranscript(transcript), { server: serverOf(await imap.serve()), prologue })
}

test('what is older than any tombstone is answered in full, except what the client shows to know', async () => {
  const { account, expunge } = await inboxOf(24)
  await expunge([2, 4, 6])
  await expunge([8, 10, 12])
  await expunge([14, 16, 18])
  await playAs(
    account,
    `
C: a EXAMINE INBOX (QRESYNC (1 1))
S: …
S: * OK [UIDVALIDITY <validity>] …
S: …
S: a OK [READ-ONLY] …
C: a EXAMINE INBOX (QRESYNC (<validity> 1 1:20))
S: …
S: * VANISHED (EARLIER) 2,4,6,8,10,12,14,16,18
S: …
S: a OK [READ-ONLY] …
C: a EXAMINE INBOX (QRESYNC (<validity> 1))
S: …
S: * VANISHED (EARLIER) 2,4,6,8,10,12,14,16,18
S: …
S: a OK [READ-ONLY] …
C: a EXAMINE INBOX (QRESYNC (<validity> 1 1:200 (1,3,7,9,20 1,5,13,18,24)))
S: …
S: * VANISHED (EARLIER) 14,16,18
S: * 1 FETCH (UID 1 …
S: …
S: a OK [READ-ONLY] …
C: a UID FETCH 1:300 UID (CHANGEDSINCE 1 VANISHED)
S: * VANISHED (EARLIER) 2,4,6,8,10,12,14,16,18
S: …
S: a OK FETCH completed
`,
  )
})

test('many expunges are told in several lines, none of them long', async () => {
  const { account, expunge } = await inboxOf(5_000)
  const even = Array.from({ length: 2_500 }, (_, index) => 2 * index + 2)
  await expunge(even)
  await playAs(
    account,
    `
C: a EXAMINE INBOX (QRESYNC (1 1))
S: …
S: * OK [UIDVALIDITY <validity>] …
S: …
S: a OK [READ-ONLY] …
C: a UID FETCH 5000 UID (CHANGEDSINCE 1 VANISHED)
S: * VANISHED (EARLIER) 5000
S: a OK FETCH completed
C: a UID FETCH 1:* UID (CHANGEDSINCE 9000000 VANISHED)
S: a OK FETCH completed
C: a UID FETCH 1:5000 UID (CHANGEDSINCE 1 VANISHED)
S: * VANISHED (EARLIER) 2,4,6,…,${lastOfLine(even)}
S: * VANISHED (EARLIER) ${lastOfLine(even) + 2},…,5000
S: * 1 FETCH …
S: …
S: a OK FETCH completed
`,
  )
})

/** The last number of the first line that reaches 8,000 octets. */
function lastOfLine(uids: readonly number[]): number {
  const last = uids.findIndex((_, end) => `* VANISHED (EARLIER) ${uids.slice(0, end + 1)}`.length >= 8_000)
  assert.ok(last > 0)
  return uids[last] as number
}
