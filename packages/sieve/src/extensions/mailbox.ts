/** mailboxexists, and :create on fileinto (RFC 5490 §3.1, §3.2). */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { strings } from '../signature.ts'
import { judgeMailbox } from './fileinto.ts'

function* exists(given: Arguments, machine: Machine): Asking<boolean> {
  for (const mailbox of given.texts('mailboxes')) {
    machine.charge(10)
    // What can be no mailbox's name names none that exists.
    if (judgeMailbox(mailbox) !== null) return false
    const answer = yield { ask: 'mailbox-exists', mailbox }
    if (typeof answer !== 'boolean') machine.fail('The host does not say whether a mailbox exists.')
    if (!answer) return false
  }
  return true
}

export const mailbox = extension({
  capabilities: ['mailbox'],
  rfc: 5490,
  tests: { mailboxexists: { positionals: [strings('mailboxes')], run: exists } },
  tags: [
    { tag: 'create', on: ['fileinto'] },
    { tag: 'create', needs: 'fcc', on: ['vacation', 'notify'] },
  ],
  act: (act, given) => (act.do === 'fileinto' && given.has('create') ? { ...act, create: true } : act),
})
