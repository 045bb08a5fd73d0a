/** The message by which somebody is notified (RFC 5436 §2.7). */
import { decodedText, headerFields, messageIds, unfoldedText } from '@lemonade/mime'
import type { Act, Mailto } from 'sieve.js'
import { textBody } from './body.ts'
import { dateTime, headerOf, oneLine, unstructured } from './header.ts'
import { referencesOf } from './vacation.ts'

export type NotifyAct = Extract<Act, { do: 'notify' }>

export interface MailtoOptions {
  /** Of the message that is told of. */
  readonly header: Uint8Array
  /** A mailbox-list as a field can have it. */
  readonly from: string
  /** Whose script it is (RFC 5436 §2.7.1). */
  readonly owner: string
  readonly at: number
  readonly messageId: string
}

const subjectCharacters = 1000

export function mailtoMessage(act: NotifyAct, uri: Mailto, options: MailtoOptions): string {
  const first = (name: string, text = decodedText) => fieldOf(options.header, name, text)
  const subject = act.message ?? uri.subject ?? first('subject') ?? 'New mail'
  const parent = messageIds(first('message-id', unfoldedText) ?? '')[0] ?? null
  const body = textBody(uri.body ?? defaultText(options.header))
  const header = headerOf([
    ['Auto-Submitted', `auto-notified; owner-email="${options.owner.replace(/["\\]/g, '\\$&')}"`],
    ['From', options.from],
    ['To', uri.to.length === 0 ? null : uri.to.map(address => `<${address}>`).join(', ')],
    ['Cc', uri.cc.length === 0 ? null : uri.cc.map(address => `<${address}>`).join(', ')],
    ['Subject', unstructured([...subject].slice(0, subjectCharacters).join(''), 'Subject')],
    ['Date', dateTime(options.at)],
    ['Message-ID', options.messageId],
    ['References', referencesOf(first('references', unfoldedText), parent)],
    ['Importance', { 1: 'high', 2: null, 3: 'low' }[act.importance]],
    ...uri.fields.map(([name, value]) => [capitalized(name), unstructured(value, name)] as const),
  ])
  return `${header}${body.fields}\r\n${body.text}`
}

/** What to say where the script says nothing (RFC 5435 §3.6). */
export function defaultText(header: Uint8Array): string {
  const [from, subject] = [fieldOf(header, 'from'), fieldOf(header, 'subject')]
  return [`From: ${oneLine(from ?? '(nobody)')}`, `Subject: ${oneLine(subject ?? '(none)')}`, ''].join('\r\n')
}

function fieldOf(header: Uint8Array, name: string, text = decodedText): string | null {
  const field = headerFields(header).find(({ nameLower }) => nameLower.trimEnd() === name)
  return field === undefined ? null : text(header, field).trim()
}

/** What was told by other means than mail, as a message to be filed (RFC 8580 §4). */
export function copyMessage(act: NotifyAct, message: string, options: Omit<MailtoOptions, 'owner'>): string {
  const parent = messageIds(fieldOf(options.header, 'message-id', unfoldedText) ?? '')[0] ?? null
  const parameters = [
    `Method: ${act.method}`,
    `Importance: ${act.importance}`,
    ...act.options.map(each => `Option: ${each}`),
  ]
  const body = textBody([message.trimEnd(), '', ...parameters, ''].join('\r\n'))
  const header = headerOf([
    ['Auto-Submitted', 'auto-generated'],
    ['From', options.from],
    ['Subject', unstructured(`Fcc: ${fieldOf(options.header, 'subject') ?? ''}`, 'Subject')],
    ['Date', dateTime(options.at)],
    ['Message-ID', options.messageId],
    ['In-Reply-To', parent === null ? null : `<${parent}>`],
  ])
  return `${header}${body.fields}\r\n${body.text}`
}

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}
