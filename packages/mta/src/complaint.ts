import { dateTime, printable } from '@lemonade/esmtp'
import type { Account, Instant } from '@lemonade/store'

/** Tells the owner of a script that it failed, and that nothing was lost (RFC 5228 §2.10.6). */
export function complaintMessage(
  { account, script, text }: { readonly account: Account; readonly script: string; readonly text: string },
  hostname: string,
  { at, id }: { readonly at: Instant; readonly id: string },
): string {
  return [
    `From: Mail Delivery System <postmaster@${hostname}>`,
    `To: <${account.name}>`,
    'Subject: Your Sieve script failed',
    `Date: ${dateTime(at)}`,
    `Message-ID: <sieve.${id}.${account.id}@${hostname}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    `Your Sieve script "${printable(script)}" could not be run to its end on a message that came in.`,
    'The message was put into your inbox. What went wrong:',
    '',
    ...text.split(/\r?\n/).map(line => printable(line).slice(0, 900)),
    '',
    'Until you change the script you will not be told again; its mail goes to your inbox.',
    '',
  ].join('\r\n')
}
