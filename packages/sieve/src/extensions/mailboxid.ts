/** mailboxidexists, and :mailboxid on fileinto (RFC 9042). */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'

/** objectid = 1*255(ALPHA / DIGIT / "_" / "-") (RFC 8474 §7): what is none names no mailbox, and is no error. */
const objectId = /^[A-Za-z0-9_-]{1,255}$/

function* exists(given: Arguments, machine: Machine): Asking<boolean> {
  for (const mailboxId of given.texts('mailboxIds')) {
    machine.charge(10)
    if (!objectId.test(mailboxId)) return false
    const answer = yield { ask: 'mailbox-id-exists', mailboxId }
    if (typeof answer !== 'boolean') machine.fail('The host does not say whether a mailbox exists.')
    if (!answer) return false
  }
  return true
}

export const mailboxid = extension({
  capabilities: ['mailboxid'],
  rfc: 9042,
  tests: { mailboxidexists: { positionals: [strings('mailboxIds')], run: exists } },
  // Not together with :specialuse (§4.2), which is in the same group.
  tags: [
    { tag: 'mailboxid', group: 'mailboxBy', argument: string('mailboxId'), on: ['fileinto'] },
    { tag: 'mailboxid', group: 'mailboxBy', argument: string('mailboxId'), needs: 'fcc', on: ['vacation', 'notify'] },
  ],
  act(act, given) {
    if (act.do !== 'fileinto' || !given.has('mailboxId')) return act
    const mailboxId = given.text('mailboxId')
    return objectId.test(mailboxId) ? { ...act, mailboxId } : act
  },
})
