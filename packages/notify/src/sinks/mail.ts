/**
 * Notifications by mail, to an address elsewhere: a message of the server's own through the queue, marked so that nobody
 * answers it and no other notification comes of it (RFC 5436 §2.7, RFC 3834 §5).
 */
import type { Store } from '@lemonade/store'
import { BadTarget, DeliveryRefused, type DeviceMethod, type DeviceWake } from '../sink.ts'

export interface MailOptions {
  readonly store: Store
  readonly hostname: string
  readonly delimiter: string
  /** How long a message is tried. */
  readonly queueSeconds: number
  readonly now: () => number
}

/** A mailbox must not tell itself what comes into it: each message would bring another. */
export class OwnAddress extends DeliveryRefused {
  constructor() {
    super('the address is the account’s own')
    this.name = 'OwnAddress'
  }
}

/** The target is `{"address":"ned@example.net"}`. */
export function mailDevice({ store, hostname, delimiter, queueSeconds, now }: MailOptions): DeviceMethod {
  return {
    kind: 'mail',
    mustEcho: true,
    describe: addressOf,
    async wake(target, wake) {
      const address = addressOf(target)
      const account = await store.accounts.find(wake.account)
      if (account !== null && (await store.accounts.owns(account.id, address, delimiter))) throw new OwnAddress()
      const text = Buffer.from(messageOf(wake, address, hostname, now()))
      const writer = store.contents.writer({ limitOctets: text.length })
      await writer.write(text)
      const content = await writer.finish()
      const options = {
        notify: ['NEVER'] as const,
        ...(/[^\0-\x7f]/.test(address) ? { smtpUtf8: true } : {}),
        authored: true,
      }
      const expiresAt = now() + Math.min(queueSeconds, wake.ttlSeconds) * 1000
      await store.messages.deposit({
        content,
        deliveries: [],
        enqueue: [{ reversePath: '', recipient: address, expiresAt, options }],
      })
    },
    close() {
      // The queue is the store's.
    },
  }
}

const addressSyntax = /^[^\s\p{C}"<>@()[\]\\,;:]{1,64}@[^\s\p{C}"<>@()[\]\\,;:]{1,255}$/u

function addressOf(target: unknown): string {
  const { address } = (target ?? {}) as { readonly address?: unknown }
  if (typeof address === 'string' && addressSyntax.test(address)) return address
  throw new BadTarget('The "address" must be like "ned@example.net".')
}

function messageOf({ text, urgency, account }: DeviceWake, to: string, hostname: string, at: number): string {
  const owner = account === '' ? '' : `; owner-email="${account.replace(/["\\]/g, '\\$&')}"`
  const lines =
    Buffer.from(`${text.toWellFormed()}\r\n`)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return [
    `Auto-Submitted: auto-notified${/^[ -~]*$/.test(owner) ? owner : ''}`,
    `From: Lemonade <postmaster@${hostname}>`,
    `To: <${to}>`,
    'Subject: News of your mailbox',
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <notify.${crypto.randomUUID()}@${hostname}>`,
    ...(urgency === 'high' ? ['Importance: high'] : []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...lines,
    '',
  ].join('\r\n')
}
