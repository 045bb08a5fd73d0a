/** METADATA, RFC 5464: what takes more than one account or other limits of the store. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { storeLimits } from '@lemonade/store'
import { parseTranscript } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start({ metadataEntries: 3, metadataValueOctets: 1024, metadataOctets: 2000 })
})
after(() => imap.stop())

test('limits are told as RFC 5464 §4.3 has it, and then nothing is changed', async () => {
  const octets = (count: number) => 'x'.repeat(count)
  await imap.play(
    parseTranscript(`
as alice
C: a SETMETADATA INBOX (/private/comment "kept" /shared/comment {1025+}
C| ${octets(1025)})
S: a NO [METADATA MAXSIZE 1024] …
C: a GETMETADATA INBOX /private/comment
S: * METADATA INBOX (/private/comment NIL)
S: a OK …
C: a SETMETADATA INBOX (/shared/comment {1024+}
C| ${octets(1024)})
S: a OK …
C: a SETMETADATA INBOX (/private/vendor/x/a "" /private/vendor/x/b "" /private/vendor/x/c "")
S: a OK …
C: a SETMETADATA INBOX (/private/comment "My new comment" /private/vendor/x/a NIL)
S: a OK …
C: a SETMETADATA INBOX (/private/vendor/x/a "one too many" /private/comment "lost")
S: a NO [METADATA TOOMANY] …
C: a GETMETADATA INBOX /private/comment
S: * METADATA INBOX (/private/comment "My new comment")
S: a OK …
C: a SETMETADATA "" (/private/comment {1024+}
C| ${octets(1024)})
S: a NO [OVERQUOTA] …
`),
  )
  assert.ok(storeLimits.metadataEntries >= 10 && storeLimits.metadataValueOctets >= 1024, 'what RFC 5464 §4.1 asks for')
})

test('administrators set shared entries of the server, which others are told of; /shared/admin nobody sets', async () => {
  const account = await imap.account()
  const { id } = (await imap.store.accounts.find(account)) ?? {}
  assert.ok(id)
  await imap.store.accounts.setAdministrator(id, true)
  const login = (client: string, name: string) =>
    `S${client}: * OK …\nC${client}: l LOGIN ${name} "${password}"\nS${client}: l OK …`
  const steps = `
${login('', account)}
${login('2', await imap.account())}
C2: b ENABLE METADATA-SERVER
S2: * ENABLED METADATA-SERVER
S2: b OK …
C2: b IDLE
S2: + …
C: a SETMETADATA "" (/shared/comment "Down at noon" /private/comment "Mine")
S: a OK …
S2: * METADATA "" /shared/comment
C2: DONE
S2: b OK …
C2: b GETMETADATA "" (/shared/comment /private/comment)
S2: * METADATA "" (/shared/comment "Down at noon" /private/comment NIL)
S2: b OK …
C: a SETMETADATA "" (/shared/admin "mailto:me@example.org")
S: a NO [NOPERM] …
`
  await imap.play(parseTranscript(steps))
})
