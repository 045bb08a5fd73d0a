/** :fcc on vacation and notify (RFC 8580): a copy of what is sent goes into a mailbox, as `fileinto` would put it there. */
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string } from '../signature.ts'
import type { FileCopy } from '../step.ts'
import { judgeMailbox } from './fileinto.ts'
import { flagsOf } from './imap4flags.ts'

/** What the tags of other extensions say of the copy (RFC 8580 §3.1). */
function copyOf(given: Arguments, machine: Machine): FileCopy {
  const mailbox = given.text('fccMailbox')
  const sentence = judgeMailbox(mailbox)
  if (sentence !== null) machine.fail(sentence)
  return {
    mailbox,
    ...(given.has('create') ? { create: true } : {}),
    ...(given.has('specialUse') ? { specialUse: given.text('specialUse') } : {}),
    ...(given.has('mailboxId') ? { mailboxId: given.text('mailboxId') } : {}),
    flags: given.has('flags') ? flagsOf(given.texts('flags'), machine) : [],
  }
}

export const fcc = extension({
  capabilities: ['fcc'],
  rfc: 8580,
  tags: [{ tag: 'fcc', argument: string('fccMailbox', { check: judgeMailbox }), on: ['vacation', 'notify'] }],
  act: (act, given, machine) =>
    (act.do === 'vacation' || act.do === 'notify') && given.has('fccMailbox')
      ? { ...act, fcc: copyOf(given, machine) }
      : act,
})
