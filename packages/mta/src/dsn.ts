/** Delivery status notifications (RFC 3464), as multipart/report (RFC 6522), on the terms of RFC 3461. */
import { asciiForm, dateTime, isAscii, printable, type StatusCode } from '@lemonade/esmtp'
import type { Deposit, Instant, Store } from '@lemonade/store'
import type { MtaLimits } from './limits.ts'

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
  readonly original: {
    /** All of it, or its header only (RFC 3461 §4.3). */
    readonly whole: boolean
    /** How many octets its header has. */
    header(): Promise<number>
    read(start: number, end: number | undefined): AsyncIterable<Uint8Array>
  }
}

export class Dsn {
  readonly #store: Store
  readonly #hostname: string
  readonly #limits: MtaLimits
  readonly #now: () => Instant

  constructor(options: {
    readonly store: Store
    readonly hostname: string
    readonly limits: MtaLimits
    readonly now?: () => Instant
  }) {
    this.#store = options.store
    this.#hostname = options.hostname
    this.#limits = options.limits
    this.#now = options.now ?? Date.now
  }

  /** The notification as a deposit that enqueues it to the sender, with the null reverse-path (RFC 3461 §6.1). */
  async deposit(notice: Notice): Promise<Deposit> {
    const now = this.#now()
    const { reversePath } = notice.arrival
    const international = !isAscii(reversePath + notice.recipient + (notice.orcpt ?? ''))
    const { head, tail } = this.#frame(notice, international, now)
    const writer = this.#store.contents.writer({ limitOctets: 2 * this.#limits.messageOctets })
    try {
      await writer.write(Buffer.from(head))
      const { original } = notice
      const end = original.whole ? undefined : await original.header()
      for await (const octets of original.read(0, end)) await writer.write(octets)
      await writer.write(Buffer.from(tail))
      const options = {
        notify: ['NEVER'] as const,
        body: '8BITMIME' as const,
        ...(asciiForm(reversePath) === null || international ? { smtpUtf8: true } : {}),
      }
      const expiresAt = now + this.#limits.queueSeconds * 1000
      const enqueue = [{ reversePath: '', recipient: reversePath, expiresAt, options }]
      return { content: await writer.finish(), deliveries: [], enqueue }
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  #frame(notice: Notice, international: boolean, now: Instant): { head: string; tail: string } {
    const boundary = `=_report.${crypto.randomUUID()}`
    const { whole } = notice.original
    const returned = international
      ? whole
        ? 'message/global'
        : 'message/global-headers'
      : whole
        ? 'message/rfc822'
        : 'text/rfc822-headers'
    const head = [
      `From: Mail Delivery System <postmaster@${this.#hostname}>`,
      `To: <${notice.arrival.reversePath}>`,
      `Subject: ${subjects[notice.action]}`,
      `Date: ${dateTime(now)}`,
      `Message-ID: <dsn.${crypto.randomUUID()}@${this.#hostname}>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      `\tboundary="${boundary}"`,
      'Content-Transfer-Encoding: 8bit',
      '',
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      ...this.#forPeople(notice),
      '',
      `--${boundary}`,
      `Content-Type: message/${international ? 'global-delivery-status' : 'delivery-status'}`,
      ...(international ? ['Content-Transfer-Encoding: 8bit'] : []),
      '',
      ...this.#forMachines(notice, now),
      '',
      `--${boundary}`,
      `Content-Type: ${returned}`,
      'Content-Transfer-Encoding: 8bit',
      '',
      '',
    ].join('\r\n')
    return { head, tail: `\r\n--${boundary}--\r\n` }
  }

  #forPeople({ action, recipient, diagnostic, remote, retryUntil }: Notice): string[] {
    const said =
      diagnostic === null
        ? []
        : ['', `${remote === null ? 'The reason' : oneLine(remote)} said:`, `    ${oneLine(diagnostic.text)}`]
    return [
      `This is the mail server ${this.#hostname}.`,
      '',
      sentences[action],
      '',
      `    <${recipient}>`,
      ...said,
      ...(retryUntil === null
        ? []
        : ['', `It will be tried until ${dateTime(retryUntil)}. You need not send it again.`]),
    ]
  }

  /** per-message-fields and per-recipient-fields (RFC 3464 §2.2, §2.3). */
  #forMachines(notice: Notice, now: Instant): string[] {
    const { arrival, recipient, orcpt, action, status, diagnostic, remote, retryUntil } = notice
    const fields = [
      `Reporting-MTA: dns; ${this.#hostname}`,
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

/** What others said, as one line of a length that a header field may have (RFC 5322 §2.1.1). */
function oneLine(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, ' ')).slice(0, 800)
}
