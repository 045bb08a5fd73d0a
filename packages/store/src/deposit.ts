/** What a script or a mail transaction decided, done at once: several mailboxes and the queue, or nothing. */
import { addMessages } from './append.ts'
import { type ContentSource, loosenContent, storeContent } from './content/content.ts'
import { messageEvent } from './events.ts'
import { createMailbox } from './mailbox-jobs.ts'
import { type MailboxRow, mailboxByName } from './mailbox-row.ts'
import type { AccountId, ContentId, Instant } from './model.ts'
import { canonicalName } from './names.ts'
import { StoreError } from './problem.ts'
import { enqueueAll, type QueueRequest } from './queue-row.ts'
import { job, type Tx } from './writer/job.ts'

export interface DepositRequest {
  readonly content: ContentSource
  readonly deliveries: readonly {
    readonly account: AccountId
    readonly mailbox: string
    readonly create: boolean
    readonly flags: readonly string[]
    readonly internalDate: Instant
  }[]
  readonly enqueue: readonly QueueRequest[]
}

/** Delivers and enqueues; answers with what the content became. */
export function depositInto(tx: Tx, request: DepositRequest): ContentId {
  const content = storeContent(tx, request.content)
  for (const delivery of request.deliveries) {
    const mailbox = deliveryMailbox(tx, delivery)
    const { uids, modSeq } = addMessages(tx, mailbox, [{ ...delivery, content }])
    messageEvent(tx, 'MessageNew', mailbox, uids, modSeq, {
      uidNext: mailbox.uid_next + 1,
      octets: content.octets,
    })
  }
  enqueueAll(tx, content.content, request.enqueue)
  if (request.deliveries.length + request.enqueue.length === 0) loosenContent(tx, content.content)
  return content.content
}

export const deposit = job('messages.deposit', depositInto)

/** The mailbox asked for, made where that is asked for; INBOX where there is none such. Throws no-such-account. */
function deliveryMailbox(tx: Tx, delivery: DepositRequest['deliveries'][number]): MailboxRow {
  const name = canonicalName(delivery.mailbox)
  const asked = mailboxByName(tx, delivery.account, name)
  if (asked !== null && asked.selectable === 1) return asked
  if (delivery.create) return createMailbox(tx, delivery.account, name)
  const inbox = mailboxByName(tx, delivery.account, 'INBOX')
  if (inbox === null) throw new StoreError('no-such-account', `account ${delivery.account}`)
  return inbox
}
