/** A report as a message (RFC 8460 §5.3). */
import { dateTime } from '@lemonade/esmtp'
import type { Instant } from '@lemonade/store'
import { type ReportFacts, reportFile, reportId } from './body.ts'

/** `compressed`: the JSON, by gzip. */
export function reportMail(facts: ReportFacts, to: string, compressed: Uint8Array, now: Instant): string {
  const { submitter, domain } = facts
  const boundary = `=_report.${crypto.randomUUID()}`
  const file = reportFile(facts)
  return [
    `From: TLS reports of ${submitter} <postmaster@${submitter}>`,
    `To: <${to}>`,
    `Subject: Report Domain: ${domain}`,
    ` Submitter: ${submitter}`,
    ` Report-ID: <${reportId(facts)}>`,
    `Date: ${dateTime(now)}`,
    `Message-ID: <tls-report.${crypto.randomUUID()}@${submitter}>`,
    'Auto-Submitted: auto-generated',
    `TLS-Report-Domain: ${domain}`,
    `TLS-Report-Submitter: ${submitter}`,
    'TLS-Required: No',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type="tlsrpt";',
    `\tboundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    'Content-Transfer-Encoding: 7bit',
    '',
    `This is an aggregate TLS report from ${submitter} about ${domain} (RFC 8460).`,
    '',
    `--${boundary}`,
    'Content-Type: application/tlsrpt+gzip',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment;',
    `\tfilename="${file}"`,
    '',
    ...(Buffer.from(compressed)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}
