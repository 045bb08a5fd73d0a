/** fileinto (RFC 5228 §4.1). What becomes of a mailbox that is not there is the host's to decide. */
import { extension } from '../extension.ts'
import { string } from '../signature.ts'
import { isUnicode } from '../text.ts'

const mailboxCharacters = 1000

/** A sentence about what can be no mailbox's name, or null. */
export function judgeMailbox(name: string): string | null {
  if (name === '') return 'The name of a mailbox must not be empty.'
  if (name.length > mailboxCharacters)
    return `The name of a mailbox must not be longer than ${mailboxCharacters} characters.`
  if (!isUnicode(name)) return 'The name of a mailbox must be valid UTF-8.'
  return /\p{Cc}/u.test(name) ? 'The name of a mailbox must not contain control characters.' : null
}

export const fileinto = extension({
  capabilities: ['fileinto'],
  rfc: 5228,
  commands: {
    fileinto: {
      positionals: [string('mailbox', { check: judgeMailbox })],
      run(given, machine) {
        const mailbox = given.text('mailbox')
        const sentence = judgeMailbox(mailbox)
        if (sentence !== null) machine.fail(sentence)
        return machine.act({ do: 'fileinto', mailbox }, given, true)
      },
    },
  },
})
