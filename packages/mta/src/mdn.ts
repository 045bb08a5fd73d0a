/** The disposition notification by which a script's `reject` refuses a message (RFC 8098, RFC 5429 §2.2.1). */
import { isAscii } from '@lemonade/esmtp'
import type { Deposit } from '@lemonade/store'
import { refusalLines } from './dsn.ts'
import { type Original, oneLine, type Report, type ReporterOptions, reportDeposit } from './report.ts'

/** A message that was refused. */
export interface Disposition {
  readonly reversePath: string
  /** As it was written to, so that what stands behind an alias stays there. */
  readonly recipient: string
  /** `addr-type;address`, as the sender gave it. */
  readonly orcpt: string | null
  /** Of the message, with its angle brackets. */
  readonly messageId: string | null
  readonly reason: readonly string[]
  readonly original: Original
  readonly tls?: Report['tls']
}

/** The notification as a deposit that enqueues it to the sender. */
export function mdnDeposit(disposition: Disposition, options: ReporterOptions): Promise<Deposit> {
  const { reversePath, recipient, orcpt, messageId, reason, original, tls } = disposition
  const fields = [
    `Reporting-UA: ${options.hostname}; Lemonade`,
    orcpt === null ? null : `Original-Recipient: ${oneLine(orcpt.replace(';', '; '))}`,
    `Final-Recipient: ${isAscii(recipient) ? 'rfc822' : 'utf-8'}; ${recipient}`,
    messageId === null ? null : `Original-Message-ID: ${oneLine(messageId)}`,
    'Disposition: automatic-action/MDN-sent-automatically; deleted',
  ]
  const report = {
    type: 'disposition-notification',
    to: reversePath,
    subject: 'Refused mail: your message was not accepted',
    international: !isAscii(reversePath + recipient + (orcpt ?? '') + (messageId ?? '')),
    forPeople: [
      `This is the mail server ${options.hostname}.`,
      '',
      'Your message was not put into the mailbox of this recipient:',
      '',
      `    <${recipient}>`,
      '',
      ...refusalLines(reason),
    ],
    forMachines: fields.filter(field => field !== null),
    original,
    tls,
  } as const
  return reportDeposit(report, options)
}
