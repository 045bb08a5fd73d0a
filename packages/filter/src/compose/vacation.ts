/** The answer of `vacation` (RFC 5230 §5). */
import { messageIds } from '@lemonade/mime'
import type { Act } from 'sieve.js'
import { entityBody, textBody } from './body.ts'
import { dateTime, headerOf, unstructured } from './header.ts'

export type VacationAct = Extract<Act, { do: 'vacation' }>

/** References beyond this are left out but for the first, which names the conversation. */
const referencesKept = 20

/** `from` is a mailbox-list as a field can have it. */
export function vacationMessage(
  act: VacationAct,
  from: string,
  { at, messageId }: { at: number; messageId: string },
): string {
  const answered = messageIds(act.messageId ?? '')[0] ?? null
  const body = act.mime ? entityBody(act.reason) : textBody(act.reason)
  const header = headerOf([
    ['Auto-Submitted', 'auto-replied'],
    ['From', from],
    ['To', `<${act.to}>`],
    ['Subject', unstructured(act.subject, 'Subject')],
    ['Date', dateTime(at)],
    ['Message-ID', messageId],
    ['In-Reply-To', answered === null ? null : `<${answered}>`],
    ['References', referencesOf(act.references, answered)],
  ])
  return `${header}${body.fields}\r\n${body.text}`
}

/** RFC 5322 §3.6.4: the parent's references, and the parent. */
export function referencesOf(references: string | null, parent: string | null): string | null {
  if (parent === null) return null
  const earlier = messageIds(references ?? '').filter(id => id !== parent)
  const kept = earlier.length <= referencesKept ? earlier : [earlier[0] as string, ...earlier.slice(1 - referencesKept)]
  return [...kept, parent].map(id => `<${id}>`).join(' ')
}
