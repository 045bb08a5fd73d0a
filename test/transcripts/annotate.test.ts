/** ANNOTATE-EXPERIMENT-1, RFC 5257: what takes other limits of the store. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { storeLimits } from '@lemonade/store'
import { parseTranscript } from '../support/player.ts'
import { TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start({
    annotationsPerMessage: 2,
    annotationValueOctets: 1024,
    annotationOctetsPerMailbox: 2500,
  })
})
after(() => imap.stop())

test('limits are told as RFC 5257 §4.5 has it, and then nothing is changed', async () => {
  const octets = (count: number) => 'x'.repeat(count)
  await imap.play(
    parseTranscript(`
given INBOX: 2 messages; as alice
C: a SELECT INBOX
S: …
S: * OK [ANNOTATIONS 1024] …
S: …
S: a OK …
C: a STORE 1 ANNOTATION (/comment (value.priv "lost") /altsubject (value.priv {1025+}
C| ${octets(1025)}))
S: a NO [ANNOTATE TOOBIG] …
C: a STORE 1 ANNOTATION (/comment (value.priv {1024+}
C| ${octets(1024)}))
S: a OK …
C: a STORE 1 ANNOTATION (/a (value.priv "" value.shared "") /b (value.shared ""))
S: a OK …
C: a STORE 1:2 ANNOTATION (/b (value.priv "one too many"))
S: a NO [ANNOTATE TOOMANY] …
C: a FETCH 2 ANNOTATION (* value)
S: * 2 FETCH (ANNOTATION ())
S: a OK …
C: a APPEND INBOX ANNOTATION (/a (value.priv "") /b (value.priv "") /c (value.priv "")) {6+}
C| a: b↵
S: a NO [ANNOTATE TOOMANY] …
C: a STORE 2 ANNOTATION (/comment (value.priv {1024+}
C| ${octets(1024)} value.shared {1024+}
C| ${octets(1024)}))
S: a NO [OVERQUOTA] …
C: a STATUS INBOX (MESSAGES)
S: * STATUS INBOX (MESSAGES 2)
S: a OK …
`),
  )
  const { annotationsPerMessage, annotationValueOctets } = storeLimits
  assert.ok(annotationsPerMessage >= 10 && annotationValueOctets >= 1024, 'what RFC 5257 §4.1 asks for')
})
