/** Delivery status notifications (RFC 3464), on the terms of RFC 3461. */
import { dateTime, isAscii, type StatusCode } from '@lemonade/esmtp'
import type { Deposit, Instant } from '@lemonade/store'
import { type Original, oneLine, type Report, type ReporterOptions, reportDeposit } from './report.ts'

/** Action (RFC 3464 §2.3.3). */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed'

/** One recipient's news. */
export interface Notice {
  readonly arrival: { readonly at: Instant; readonly reversePath: string; readonly envid: string | null }
  readonly recipient: string
  /** `addr-type;address`, as the sender gave it. */
  readonly orcpt: string | null
  readonly action: Action
  readonly status: NonNullable<StatusCode>
  /** The reply of the remote server, or what else went wrong. */
  readonly diagnostic: { readonly type: 'smtp' | 'x-lemonade'; readonly text: string } | null
  /** The host that said so. */
  readonly remote: string | null
  readonly retryUntil: Instant | null
  readonly original: Original
  /** Why the recipient's script refused it (RFC 5429 §2.1.2); absent where none did. */
  readonly refusal?: readonly string[]
}

export class Dsn {
  readonly #options: ReporterOptions
  readonly #now: () => Instant

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** The notification as a deposit that enqueues it to the sender. */
  deposit(notice: Notice): Promise<Deposit> {
    const { reversePath } = notice.arrival
    const report: Report = {
      type: 'delivery-status',
      to: reversePath,
      subject: subjects[notice.action],
      international: !isAscii(reversePath + notice.recipient + (notice.orcpt ?? '')),
      forPeople: this.#forPeople(notice),
      forMachines: this.#forMachines(notice, this.#now()),
      original: notice.original,
    }
    return reportDeposit(report, this.#options)
  }

  #forPeople({ action, recipient, diagnostic, remote, retryUntil, refusal }: Notice): string[] {
    const said =
      diagnostic === null
        ? []
        : ['', `${remote === null ? 'The reason' : oneLine(remote)} said:`, `    ${oneLine(diagnostic.text)}`]
    return [
      `This is the mail server ${this.#options.hostname}.`,
      '',
      sentences[action],
      '',
      `    <${recipient}>`,
      ...said,
      ...(refusal === undefined ? [] : ['', ...refusalLines(refusal)]),
      ...(retryUntil === null
        ? []
        : ['', `It will be tried until ${dateTime(retryUntil)}. You need not send it again.`]),
    ]
  }

  /** per-message-fields and per-recipient-fields (RFC 3464 §2.2, §2.3). */
  #forMachines(notice: Notice, now: Instant): string[] {
    const { arrival, recipient, orcpt, action, status, diagnostic, remote, retryUntil } = notice
    const fields = [
      `Reporting-MTA: dns; ${this.#options.hostname}`,
      arrival.envid === null ? null : `Original-Envelope-Id: ${oneLine(arrival.envid)}`,
      `Arrival-Date: ${dateTime(arrival.at)}`,
      '',
      orcpt === null ? null : `Original-Recipient: ${oneLine(orcpt.replace(';', '; '))}`,
      `Final-Recipient: ${isAscii(recipient) ? 'rfc822' : 'utf-8'}; ${recipient}`,
      `Action: ${action}`,
      `Status: ${status}`,
      remote === null ? null : `Remote-MTA: dns; ${oneLine(remote)}`,
      diagnostic === null ? null : `Diagnostic-Code: ${diagnostic.type}; ${oneLine(diagnostic.text)}`,
      action === 'delivered' ? null : `Last-Attempt-Date: ${dateTime(now)}`,
      retryUntil === null ? null : `Will-Retry-Until: ${dateTime(retryUntil)}`,
    ]
    return fields.filter(field => field !== null)
  }
}

const subjects = {
  failed: 'Undelivered mail: your message could not be delivered',
  delayed: 'Delayed mail: your message is still being tried',
  delivered: 'Delivered: your message has arrived',
  relayed: 'Relayed: your message went on to a server that will not report',
} as const satisfies Record<Action, string>

const sentences = {
  failed: 'Your message could not be delivered to this recipient, and will not be tried again:',
  delayed: 'Your message could not be delivered to this recipient yet:',
  delivered: 'Your message was delivered to this recipient:',
  relayed: 'Your message was passed on for this recipient, to a server that does not report what becomes of it:',
} as const satisfies Record<Action, string>

/** The same words for a notification of either kind (RFC 5429 §2.1.2, §2.2.1). */
export function refusalLines(reason: readonly string[]): readonly string[] {
  return [
    "The message was refused by the recipient's mail filtering program.",
    'The reason given was as follows:',
    '',
    ...reason,
  ]
}
