/** What a script or a mail transaction decided, done at once: several mailboxes and the queue, or nothing. */
import type { Deposit } from './api.ts'
import { addMessages, ofNew } from './append.ts'
import { type ContentSource, loosenContent, type StoredContent, storeContent } from './content/content.ts'
import { messageEvent } from './events.ts'
import { createMailbox } from './mailbox-jobs.ts'
import { type MailboxRow, mailboxByName } from './mailbox-row.ts'
import { type MemoryRequest, remember } from './memory.ts'
import type { AccountId, ContentId, Instant, SpecialUse } from './model.ts'
import { canonicalName } from './names.ts'
import { StoreError } from './problem.ts'
import { enqueueAll, type QueueRequest } from './queue-row.ts'
import { spend } from './senders.ts'
import { job, type Tx } from './writer/job.ts'

export interface DepositRequest {
  /** Deliveries and queue entries name theirs by its index. */
  readonly contents: readonly ContentSource[]
  /** Nobody's quota is asked. */
  readonly beyondQuota: boolean
  readonly deliveries: readonly {
    readonly content: number
    readonly account: AccountId
    readonly mailbox: string
    readonly create: boolean
    readonly specialUse: readonly SpecialUse[]
    readonly flags: readonly string[]
    readonly internalDate: Instant
    readonly envelope: string | null
    readonly once: MemoryRequest | null
  }[]
  readonly enqueue: readonly (QueueRequest & { readonly content: number; readonly once: MemoryRequest | null })[]
  readonly remember: readonly MemoryRequest[]
  readonly events: NonNullable<Deposit['events']>
  readonly spend: Deposit['spend'] | null
}

/** Delivers and enqueues; answers with what the contents became, in their order. */
export function depositInto(tx: Tx, request: DepositRequest): readonly ContentId[] {
  const { contents, remember: memories, events } = request
  tx.beyondQuota ||= request.beyondQuota
  const { spend: spent } = request
  if (spent != null) spend(tx, spent.account, spent.recipients, spent.limits)
  const isDue = onceOf(tx)
  const deliveries = request.deliveries.filter(isDue)
  const enqueue = request.enqueue.filter(isDue)
  const stored = contents.map(source => storeContent(tx, source))
  for (const delivery of deliveries) {
    const mailbox = deliveryMailbox(tx, delivery)
    const content = stored[delivery.content] as StoredContent
    const row = { ...delivery, content }
    const { uids, modSeq } = addMessages(tx, mailbox, [row])
    const { envelope } = delivery
    messageEvent(tx, 'MessageNew', mailbox, uids, modSeq, {
      ...ofNew([row]),
      ...(envelope === null ? {} : { envelope }),
    })
  }
  for (const [index, { content }] of stored.entries()) {
    const entries = enqueue.filter(entry => entry.content === index)
    enqueueAll(tx, content, entries)
    if (entries.length === 0 && !deliveries.some(delivery => delivery.content === index)) loosenContent(tx, content)
  }
  for (const memory of memories) remember(tx, memory)
  for (const { account, type, parameters } of events) tx.event(type, account, parameters)
  return stored.map(({ content }) => content)
}

/** Tells of rows whether they are to be done: those of one key all are, where it was not remembered, or none is. */
function onceOf(tx: Tx): (row: { readonly once: MemoryRequest | null }) => boolean {
  const known = new Map<string, boolean>()
  return ({ once }) => {
    if (once === null) return true
    const key = `${once.account} ${once.purpose} ${Buffer.from(once.hash).toString('hex')}`
    let isNew = known.get(key)
    if (isNew === undefined) {
      isNew = remember(tx, once)
      known.set(key, isNew)
    }
    return isNew
  }
}

export const deposit = job('messages.deposit', depositInto)

/** The mailbox asked for, made where that is asked for; INBOX where there is none such. Throws no-such-account. */
function deliveryMailbox(tx: Tx, delivery: DepositRequest['deliveries'][number]): MailboxRow {
  const name = canonicalName(delivery.mailbox)
  const asked = mailboxByName(tx, delivery.account, name)
  if (asked !== null && asked.selectable === 1) return asked
  if (delivery.create) return createMailbox(tx, delivery.account, name, delivery.specialUse)
  const inbox = mailboxByName(tx, delivery.account, 'INBOX')
  if (inbox === null) throw new StoreError('no-such-account', `account ${delivery.account}`)
  return inbox
}
