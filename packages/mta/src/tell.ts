/** Messages about a delivery: to senders, of success and of scripts' refusals; to owners, of scripts that failed. */
import { headerFields, unfoldedText } from '@lemonade/mime'
import type { Deposit, PreparedContent } from '@lemonade/store'
import { complaintMessage } from './complaint.ts'
import type { Arrival, DelivererOptions, Destination, Plan } from './deposit.ts'
import { Dsn, type Notice } from './dsn.ts'
import { isExpanded } from './forwarding/routes.ts'
import { mdnDeposit } from './mdn.ts'
import { type FilterRefusal, reasonLines, whyUntold } from './refusal.ts'
import type { Original } from './report.ts'

export class Teller {
  readonly #options: DelivererOptions
  readonly #dsn: Dsn

  constructor(options: DelivererOptions) {
    this.#options = options
    this.#dsn = new Dsn(options)
  }

  /** Tells the sender who refused the message (RFC 5429 §2.1.2, §2.2.1). Resolves when that is in the queue. */
  async refuse(arrival: Arrival, refusals: readonly FilterRefusal[], content: PreparedContent): Promise<void> {
    const { limits, log } = this.#options
    for (const refusal of refusals) {
      const { destination, how } = refusal
      const untold = whyUntold(refusal, arrival.reversePath, content.header)
      const facts = { id: arrival.id, to: destination.address, how }
      if (untold !== null) {
        log.info({ ...facts, reason: untold }, 'message refused; the sender is not told')
        continue
      }
      const { ret } = arrival.parameters
      const small = content.octets <= limits.returnOctets
      const deposit =
        how === 'reject'
          ? await mdnDeposit(
              {
                reversePath: arrival.reversePath,
                recipient: destination.address,
                orcpt: destination.parameters.orcpt ?? null,
                messageId: messageIdOf(content.header),
                reason: reasonLines(refusal.reason),
                original: originalOf(content, small),
                tls: arrival.parameters.tls,
              },
              this.#options,
            )
          : await this.#dsn.deposit({
              ...noticeOf(arrival, destination),
              action: 'failed',
              status: '5.7.1',
              refusal: reasonLines(refusal.reason),
              original: originalOf(content, ret === 'FULL' || (ret === undefined && small)),
            })
      await this.#put(deposit)
      log.info(facts, 'message refused; the sender is told')
    }
  }

  /** What is told once the deposit is safe; a failure here is only logged. */
  async tell(arrival: Arrival, plan: Plan, content: PreparedContent): Promise<void> {
    const { store, hostname, limits, log } = this.#options
    try {
      for (const complaint of plan.complaints) {
        const writer = store.contents.writer({ limitOctets: limits.messageOctets })
        await writer.write(Buffer.from(complaintMessage(complaint, hostname, arrival)))
        await this.#put({
          content: await writer.finish(),
          deliveries: [{ account: complaint.account.id, mailbox: 'INBOX' }],
          enqueue: [],
          // Who is not told will not know why mail is kept and not filtered.
          beyondQuota: true,
        })
      }
      for (const destination of arrival.destinations) {
        const { parameters, route } = destination
        if (arrival.reversePath === '' || !parameters.notify?.includes('SUCCESS')) continue
        // Of a single one elsewhere, the server there tells.
        if (route.accounts.length === 0 && !isExpanded(route)) continue
        if (!plan.kept.has(destination)) continue
        const deposit = await this.#dsn.deposit({
          ...noticeOf(arrival, destination),
          action: isExpanded(route) ? 'expanded' : 'delivered',
          status: '2.0.0',
          original: originalOf(content, false),
        })
        await this.#put(deposit)
      }
    } catch (error) {
      log.error({ err: error, id: arrival.id }, 'a notification could not be made')
    }
  }

  async #put(deposit: Deposit): Promise<void> {
    try {
      await this.#options.store.messages.deposit(deposit)
    } finally {
      await deposit.content.discard()
    }
  }
}

/** What each notification about a destination has in common. */
function noticeOf(arrival: Arrival, { address, parameters }: Destination) {
  const { envid = null, by, priority = 0, release, tls } = arrival.parameters
  return {
    arrival: { at: arrival.at, reversePath: arrival.reversePath, envid, priority, release: release?.request, tls },
    deliverBy: by?.at ?? null,
    recipient: address,
    orcpt: parameters.orcpt ?? null,
    diagnostic: null,
    remote: null,
    retryUntil: null,
  } satisfies Partial<Notice>
}

function originalOf(content: PreparedContent, whole: boolean): Original {
  return {
    whole,
    header: async () => content.header.length,
    read: (start, end = content.octets) => content.read(start, end),
  }
}

function messageIdOf(header: Uint8Array): string | null {
  const field = headerFields(header).find(({ nameLower }) => nameLower === 'message-id')
  return field === undefined ? null : unfoldedText(header, field).trim() || null
}
