/** What `vacation` and `notify` send: messages of a script's own, as rows of the deposit that they belong to. */
import { parseAddressList } from '@lemonade/mime'
import type { Account, Deposit, Instant, NewMemory, NewQueueEntry, PreparedContent, Store } from '@lemonade/store'
import { type Act, parseMailto, type SieveEnvelope } from 'sieve.js'
import { mailbox } from './compose/header.ts'
import { copyMessage, defaultText, mailtoMessage, type NotifyAct } from './compose/mailto.ts'
import { type VacationAct, vacationMessage } from './compose/vacation.ts'
import { mailboxFor, specialUseOf } from './mailboxes.ts'

/** The house in which messages are written. */
export interface Sender {
  readonly store: Store
  readonly hostname: string
  readonly delimiter: string
  /** How long a message is tried. */
  readonly queueSeconds: number
  readonly messageOctets: number
}

/** The message that a script answers or tells of. */
export interface Occasion {
  readonly account: Account
  readonly envelope: SieveEnvelope
  readonly header: Uint8Array
  readonly at: Instant
  /** Unlike any other's; names what is sent. */
  readonly id: string
}

/** Rows for a deposit. `contents` are to be discarded where it does not come to one. */
export interface Rows {
  readonly deliveries: Deposit['deliveries']
  readonly enqueue: readonly NewQueueEntry[]
  readonly events: NonNullable<Deposit['events']>
  readonly contents: readonly PreparedContent[]
}

const nothing: Rows = { deliveries: [], enqueue: [], events: [], contents: [] }

/** The rows of an action that sends something; null for any other action. */
export async function rowsOf(act: Act, occasion: Occasion, sender: Sender): Promise<Rows | null> {
  if (act.do === 'vacation') return vacationRows(act, occasion, sender)
  return act.do === 'notify' ? notifyRows(act, occasion, sender) : null
}

async function vacationRows(act: VacationAct, occasion: Occasion, sender: Sender): Promise<Rows> {
  const { account, at } = occasion
  // The owner answers nobody who is the owner: that would be a conversation with oneself.
  if (await sender.store.accounts.owns(account.id, act.to, sender.delimiter)) return nothing
  const from = (await believedFrom(act.from, occasion, sender)) ?? (await ownFrom(act.recipient, occasion, sender))
  const text = vacationMessage(act, from.field, { at, messageId: messageId('vacation', occasion, sender) })
  const once: NewMemory = {
    account: account.id,
    purpose: 'vacation',
    key: JSON.stringify([act.handle, act.to.toLowerCase()]),
    until: at + act.seconds * 1000,
  }
  return rows(text, [act.to], '', act.fcc, { occasion, sender, once: act.seconds === 0 ? null : once })
}

async function notifyRows(act: NotifyAct, occasion: Occasion, sender: Sender): Promise<Rows> {
  const uri = parseMailto(act.method)
  if (uri === null) return postRows(act, occasion, sender)
  const { account, envelope, header, at } = occasion
  const from = (await believedFrom(act.from, occasion, sender)) ?? (await ownFrom(envelope.to, occasion, sender))
  const own = { header, at, from: from.field, owner: account.name, messageId: messageId('notify', occasion, sender) }
  // What tells of a message from nobody is from nobody too, so that no loop comes of it (RFC 5436 §2.7).
  const reversePath = envelope.from === '' ? '' : from.address
  const recipients = [...uri.to, ...uri.cc]
  return rows(mailtoMessage(act, uri, own), recipients, reversePath, act.fcc, { occasion, sender, once: null })
}

/** Carried by the outbox: the notification goes with the event that tells of it, in the deposit's transaction. */
async function postRows(act: NotifyAct, occasion: Occasion, sender: Sender): Promise<Rows> {
  const { account, envelope, header, at } = occasion
  const message = act.message ?? defaultText(header)
  const options = Object.fromEntries(act.options.map(option => option.split(/=(.*)/s, 2)))
  const { method, from, importance } = act
  const event = {
    account: account.id,
    type: 'vnd.lemonade.SieveNotify',
    parameters: { method, message, importance, from, options, ...(act.message === null ? { isDefault: true } : {}) },
  }
  if (act.fcc === undefined) return { ...nothing, events: [event] }
  const own = await ownFrom(envelope.to, occasion, sender)
  const text = copyMessage(act, message, {
    header,
    at,
    from: own.field,
    messageId: messageId('notify', occasion, sender),
  })
  const filed = await rows(text, [], '', act.fcc, { occasion, sender, once: null })
  return { ...filed, events: [event] }
}

interface From {
  readonly field: string
  readonly address: string
}

/** What a script says that it is from, where all of it is the owner's; else null (RFC 5230 §4.3, RFC 5435 §3.3). */
async function believedFrom(
  text: string | null,
  { account }: Occasion,
  { store, delimiter }: Sender,
): Promise<From | null> {
  const found: string[] = []
  let address: string | null = null
  for (const entry of text === null ? [] : parseAddressList(text)) {
    if ('members' in entry) return null
    const each = `${entry.mailbox}@${entry.host}`
    if (!(await store.accounts.owns(account.id, each, delimiter))) return null
    found.push(mailbox(entry.name, each))
    address ??= each
  }
  return address === null ? null : { field: found.join(', '), address }
}

/** The owner, by the address that was written to where that is the owner's. */
async function ownFrom(recipient: string, { account }: Occasion, { store, delimiter }: Sender): Promise<From> {
  const address = (await store.accounts.owns(account.id, recipient, delimiter)) ? recipient : account.name
  return { field: mailbox(account.displayName, address), address }
}

function messageId(what: string, { id, account }: Occasion, { hostname }: Sender): string {
  return `<${what}.${id}.${account.id}.${crypto.randomUUID().slice(0, 8)}@${hostname}>`
}

async function rows(
  text: string,
  recipients: readonly string[],
  reversePath: string,
  fcc: VacationAct['fcc'],
  { occasion, sender, once }: { occasion: Occasion; sender: Sender; once: NewMemory | null },
): Promise<Rows> {
  const { account, at } = occasion
  const content = await prepared(text, sender)
  const repeated = once === null ? {} : { once }
  const international = /[^\0-\x7f]/.test(text.slice(0, text.indexOf('\r\n\r\n')) + recipients.join('') + reversePath)
  const options = {
    // Nobody hears of what nobody sent; who sends a notification may hear that it did not arrive.
    ...(reversePath === '' ? { notify: ['NEVER'] as const } : {}),
    ...(international ? { smtpUtf8: true } : {}),
    body: '8BITMIME' as const,
    authored: true,
  }
  const expiresAt = at + sender.queueSeconds * 1000
  const enqueue = recipients.map(recipient => ({
    ...{ reversePath, recipient, account: account.id, expiresAt, options, content },
    ...repeated,
  }))
  const deliveries: Deposit['deliveries'][number][] = []
  if (fcc !== undefined) {
    const specialUse = specialUseOf(fcc.specialUse)
    deliveries.push({
      account: account.id,
      mailbox: await mailboxFor(sender.store, account.id, fcc),
      create: fcc.create === true,
      ...(specialUse === null ? {} : { specialUse }),
      flags: fcc.flags,
      content,
      ...repeated,
    })
  }
  return { deliveries, enqueue, events: [], contents: [content] }
}

async function prepared(text: string, { store, messageOctets }: Sender): Promise<PreparedContent> {
  const writer = store.contents.writer({ limitOctets: messageOctets })
  try {
    await writer.write(Buffer.from(text))
    return await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
