/** What is to be done after a script has ended. */
import type { Act, Outcome } from './step.ts'

type Action = Outcome['actions'][number]

/**
 * Removes what `discard` leaves, and duplicates: one act a mailbox, `keep` being INBOX, with the last one's flags
 * and the message as it was edited then
 * (RFC 5228 §2.10.3, RFC 5232 §3, RFC 5293 §7); one redirect an address. Each stays at the place of its first mention.
 */
export function actionsOf(acts: readonly Act[], isEvent = false): readonly Action[] {
  const actions = new Map<unknown, Action>()
  for (const act of acts) {
    if (act.do === 'discard') continue
    // What a mailbox has already is kept there, which need not be INBOX (RFC 6785 §3.2).
    const key = isEvent && act.do === 'keep' ? 'keep' : identity(act)
    actions.set(key, merged(actions.get(key), act))
  }
  return [...actions.values()]
}

function identity(act: Action): unknown {
  switch (act.do) {
    case 'keep':
      return 'mailbox INBOX'
    case 'fileinto': {
      const { specialUse = '', mailboxId = '' } = act
      const named = isInbox(act.mailbox) ? 'INBOX' : act.mailbox
      return `mailbox ${specialUse === '' && mailboxId === '' ? named : JSON.stringify([specialUse, mailboxId, named])}`
    }
    case 'redirect':
      return `redirect ${addressIdentity(act.address)}`
    case 'notify':
      // The same thing is told once (RFC 5436 §2.7).
      return `notify ${JSON.stringify([act.method, act.message])}`
    default:
      return act
  }
}

/** An explicit keep weighs more than a fileinto of INBOX, whose mailbox is the same; flags are the last one's. */
function merged(earlier: Action | undefined, act: Action): Action {
  if (earlier === undefined) return act
  if (act.do === 'redirect') return earlier
  if (earlier.do === 'fileinto' && act.do === 'fileinto') {
    const { flags: _, edited: __, ...rest } = earlier
    const create = earlier.create === true || act.create === true
    return { ...rest, ...(create ? { create } : {}), ...howStored(act) }
  }
  if (earlier.do === 'keep' && act.do === 'fileinto') {
    return { do: 'keep', implicit: earlier.implicit, ...howStored(act) }
  }
  return act
}

function howStored({ flags, edited }: Extract<Action, { do: 'fileinto' }>) {
  return { ...(flags === undefined ? {} : { flags }), ...(edited === undefined ? {} : { edited }) }
}

/** INBOX in any case is one mailbox (RFC 3501 §5.1). */
export function isInbox(mailbox: string): boolean {
  return mailbox.length === 5 && mailbox.toUpperCase() === 'INBOX'
}

/** Domains compare without case, local-parts with it (RFC 5321 §2.4). */
export function addressIdentity(address: string): string {
  const at = address.lastIndexOf('@')
  return address.slice(0, at) + address.slice(at).toLowerCase()
}
