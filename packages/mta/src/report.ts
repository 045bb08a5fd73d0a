/** Reports to senders: multipart/report (RFC 6522) around the message, from the null reverse-path. */
import { asciiForm, dateTime, printable } from '@lemonade/esmtp'
import type { DeliveryOptions, Deposit, Instant, Store } from '@lemonade/store'
import type { MtaLimits } from './limits.ts'

/** The message that a report is about. */
export interface Original {
  /** All of it, or its header only (RFC 3461 §4.3). */
  readonly whole: boolean
  /** How many octets its header has. */
  header(): Promise<number>
  read(start: number, end: number | undefined): AsyncIterable<Uint8Array>
}

export interface Report {
  /** `report-type` (RFC 6522 §3), and the subtype of `message/` that the second part has. */
  readonly type: 'delivery-status' | 'disposition-notification'
  readonly to: string
  readonly subject: string
  /** Addresses in UTF-8 stand in it (RFC 6533 §3). */
  readonly international: boolean
  readonly forPeople: readonly string[]
  readonly forMachines: readonly string[]
  readonly original: Original
  /** Default: 0. */
  readonly priority?: number
  /** With `required` no more than the header of the message is in it (RFC 8689 §5). */
  readonly tls?: DeliveryOptions['tls']
}

export interface ReporterOptions {
  readonly store: Store
  readonly hostname: string
  readonly limits: MtaLimits
  readonly now?: () => Instant
}

/** The report as a deposit that enqueues it, with the null reverse-path (RFC 3461 §6.1, RFC 8098 §3). */
export async function reportDeposit(asked: Report, options: ReporterOptions): Promise<Deposit> {
  const report = asked.tls === 'required' ? { ...asked, original: { ...asked.original, whole: false } } : asked
  const { store, hostname, limits } = options
  const { to, international, original, priority = 0, tls } = report
  const now = (options.now ?? Date.now)()
  const { head, tail } = frame(report, hostname, now)
  const writer = store.contents.writer({ limitOctets: 2 * limits.messageOctets })
  try {
    await writer.write(Buffer.from(head))
    const end = original.whole ? undefined : await original.header()
    for await (const octets of original.read(0, end)) await writer.write(octets)
    await writer.write(Buffer.from(tail))
    const deliveryOptions = {
      notify: ['NEVER'] as const,
      body: '8BITMIME' as const,
      authored: true,
      ...(report.type === 'delivery-status' ? { notification: true } : {}),
      ...(priority === 0 ? {} : { priority }),
      ...(tls === undefined ? {} : { tls }),
      ...(asciiForm(to) === null || international ? { smtpUtf8: true } : {}),
    }
    const expiresAt = now + limits.queueSeconds * 1000
    const enqueue = [{ reversePath: '', recipient: to, expiresAt, options: deliveryOptions }]
    return { content: await writer.finish(), deliveries: [], enqueue }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** What others said, as one line of a length that a header field may have (RFC 5322 §2.1.1). */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*[\r\n]+\s*/g, ' ')).slice(0, 800)
}

function frame(report: Report, hostname: string, now: Instant): { head: string; tail: string } {
  const { international } = report
  const boundary = `=_report.${crypto.randomUUID()}`
  const head = [
    `From: Mail Delivery System <postmaster@${hostname}>`,
    `To: <${report.to}>`,
    `Subject: ${report.subject}`,
    `Date: ${dateTime(now)}`,
    `Message-ID: <report.${crypto.randomUUID()}@${hostname}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${report.type};`,
    `\tboundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    ...report.forPeople,
    '',
    `--${boundary}`,
    `Content-Type: message/${international ? 'global-' : ''}${report.type}`,
    ...(international ? ['Content-Transfer-Encoding: 8bit'] : []),
    '',
    ...report.forMachines,
    '',
    `--${boundary}`,
    `Content-Type: ${returnedType(report)}`,
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ].join('\r\n')
  return { head, tail: `\r\n--${boundary}--\r\n` }
}

/** RFC 6522 §3, RFC 6533 §4. */
function returnedType({ international, original }: Report): string {
  if (international) return original.whole ? 'message/global' : 'message/global-headers'
  return original.whole ? 'message/rfc822' : 'text/rfc822-headers'
}
