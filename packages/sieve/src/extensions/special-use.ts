/** specialuse_exists, and :specialuse on fileinto (RFC 8579). Which mailbox has a use is the host's to say. */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'
import { judgeMailbox } from './fileinto.ts'

/** use-attr = "\" atom (RFC 6154 §6) */
const useAttribute = /^\\[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]{1,100}$/

function judgeUse(text: string): string | null {
  return useAttribute.test(text) ? null : 'A special use is written like "\\\\Junk".'
}

function* exists(given: Arguments, machine: Machine): Asking<boolean> {
  const specialUses = given.texts('specialUses')
  const mailbox = given.has('mailbox') ? given.text('mailbox') : null
  machine.charge(10)
  // What can be no mailbox's name, or no use, is none that exists.
  if (mailbox !== null && judgeMailbox(mailbox) !== null) return false
  if (specialUses.some(use => judgeUse(use) !== null)) return false
  const answer = yield { ask: 'special-use-exists', mailbox, specialUses }
  return typeof answer === 'boolean' ? answer : machine.fail('The host does not say whether a special use exists.')
}

const argument = string('specialUse', { check: judgeUse })

export const specialUse = extension({
  capabilities: ['special-use'],
  rfc: 8579,
  tests: {
    specialuse_exists: { positionals: [string('mailbox', { optional: true }), strings('specialUses')], run: exists },
  },
  tags: [
    { tag: 'specialuse', group: 'mailboxBy', argument, on: ['fileinto'] },
    { tag: 'specialuse', group: 'mailboxBy', argument, needs: 'fcc', on: ['vacation', 'notify'] },
  ],
  act(act, given, machine) {
    if (act.do !== 'fileinto' || !given.has('specialUse')) return act
    const use = given.text('specialUse')
    const sentence = judgeUse(use)
    return sentence === null ? { ...act, specialUse: use } : machine.fail(sentence)
  },
})
