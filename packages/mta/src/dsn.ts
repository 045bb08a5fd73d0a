/** Delivery status notifications (RFC 3464), on the terms of RFC 3461. */
import { dateTime, isAscii, type StatusCode } from '@lemonade/esmtp'
import type { DeliveryOptions, Deposit, Instant } from '@lemonade/store'
import { type Original, oneLine, type Report, type ReporterOptions, reportDeposit } from './report.ts'

/** Action (RFC 3464 §2.3.3). */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'

/** The time has passed; a server was asked to be traced to, or does not know time limits (RFC 2852 §4.1.3, §4.1.4). */
export type TimeReason = 'late' | 'traced' | 'untimed'

/** One recipient's news. */
export interface Notice {
  readonly arrival: {
    readonly at: Instant
    readonly reversePath: string
    readonly envid: string | null
    /** The notification has it too (RFC 6710 §4.6). */
    readonly priority?: number
    /** orig-hold-param-value, where it was to go out later (RFC 4865 §5.1.2). */
    readonly release?: string | undefined
    /** What the message asks of TLS holds for the notification (RFC 8689 §5). */
    readonly tls?: DeliveryOptions['tls']
  }
  /** When delivery was to be done (RFC 2852 §5); absent or null where nobody said. */
  readonly deliverBy?: Instant | null
  readonly recipient: string
  /** `addr-type;address`, as the sender gave it. */
  readonly orcpt: string | null
  readonly action: Action
  /** Of the reasons for a notification that come from a time limit, the one that it has. */
  readonly because?: TimeReason
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
    const { because, arrival } = notice
    const { reversePath } = arrival
    const report: Report = {
      type: 'delivery-status',
      to: reversePath,
      subject: because === 'traced' || because === 'untimed' ? relayedOn : subjects[notice.action],
      international: !isAscii(reversePath + notice.recipient + (notice.orcpt ?? '')),
      forPeople: this.#forPeople(notice),
      forMachines: this.#forMachines(notice, this.#now()),
      original: notice.original,
      priority: arrival.priority ?? 0,
      tls: arrival.tls,
    }
    return reportDeposit(report, this.#options)
  }

  #forPeople({ action, because, recipient, diagnostic, remote, retryUntil, refusal }: Notice): string[] {
    const said =
      diagnostic === null
        ? []
        : ['', `${remote === null ? 'The reason' : oneLine(remote)} said:`, `    ${oneLine(diagnostic.text)}`]
    return [
      `This is the mail server ${this.#options.hostname}.`,
      '',
      because === undefined ? sentences[action] : timeSentences[because],
      '',
      `    <${recipient}>`,
      ...(because === 'late' && action === 'failed' ? ['', 'It will not be tried again.'] : []),
      ...said,
      ...(refusal === undefined ? [] : ['', ...refusalLines(refusal)]),
      ...(retryUntil === null
        ? []
        : ['', `It will be tried until ${dateTime(retryUntil)}. You need not send it again.`]),
    ]
  }

  /** per-message-fields and per-recipient-fields (RFC 3464 §2.2, §2.3). */
  #forMachines(notice: Notice, now: Instant): string[] {
    const { arrival, deliverBy = null, recipient, orcpt, action, status, diagnostic, remote, retryUntil } = notice
    const fields = [
      `Reporting-MTA: dns; ${this.#options.hostname}`,
      arrival.envid === null ? null : `Original-Envelope-Id: ${oneLine(arrival.envid)}`,
      `Arrival-Date: ${dateTime(arrival.at)}`,
      arrival.release === undefined ? null : `Future-Release-Request: ${arrival.release}`,
      deliverBy === null ? null : `Deliver-By-Date: ${dateTime(deliverBy)}`,
      '',
      orcpt === null ? null : `Original-Recipient: ${oneLine(orcpt.replace(';', '; '))}`,
      `Final-Recipient: ${isAscii(recipient) ? 'rfc822' : 'utf-8'}; ${recipient}`,
      `Action: ${action}`,
      `Status: ${status}`,
      remote === null ? null : `Remote-MTA: dns; ${oneLine(remote)}`,
      diagnostic === null ? null : `Diagnostic-Code: ${diagnostic.type}; ${oneLine(diagnostic.text)}`,
      action === 'delivered' || action === 'expanded' ? null : `Last-Attempt-Date: ${dateTime(now)}`,
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
  expanded: 'Expanded: your message has arrived and went on to several recipients',
} as const satisfies Record<Action, string>

const sentences = {
  failed: 'Your message could not be delivered to this recipient, and will not be tried again:',
  delayed: 'Your message could not be delivered to this recipient yet:',
  delivered: 'Your message was delivered to this recipient:',
  relayed: 'Your message was passed on for this recipient, to a server that does not report what becomes of it:',
  expanded: 'Your message was delivered to this address, behind which there are several recipients:',
} as const satisfies Record<Action, string>

const relayedOn = 'Relayed: your message went on to another server'

const timeSentences = {
  late: 'Your message could not be delivered to this recipient in the time that was given for it:',
  traced: 'Your message was passed on for this recipient, to another server, as you wanted to know:',
  untimed: 'Your message was passed on for this recipient, to a server that knows nothing of the time given for it:',
} as const satisfies Record<TimeReason, string>

/** The same words for a notification of either kind (RFC 5429 §2.1.2, §2.2.1). */
export function refusalLines(reason: readonly string[]): readonly string[] {
  return [
    "The message was refused by the recipient's mail filtering program.",
    'The reason given was as follows:',
    '',
    ...reason,
  ]
}
