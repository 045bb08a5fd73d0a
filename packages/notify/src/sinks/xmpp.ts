/** Notifications by XMPP: of Sieve scripts (RFC 5437), to users' devices, and to an address of the operator's. */
import type { Log } from '@lemonade/net'
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, type DeviceMethod } from '../sink.ts'
import { attempts, reasonOf } from './attempts.ts'
import { type NotificationMethod, notificationOf } from './notification.ts'
import type { XmppMessage, XmppSession } from './xmpp-session.ts'

export interface XmppNotificationOptions {
  readonly session: XmppSession
  readonly limits: NotifyLimits
  readonly log: Log
}

/** RFC 5437 §2.4 */
const urgencies: Readonly<Record<string, string>> = { 1: 'high', 2: 'medium', 3: 'low' }

export function xmppNotification({ session, limits, log }: XmppNotificationOptions): NotificationMethod {
  return async (event, uri, signal) => {
    const facts = { event: event.id, owner: event.data.user }
    const asked = entityOf(uri.href)
    if (asked === null) return log.warn({ ...facts, reason: 'no address' }, 'a script’s notification is left out')
    const { importance, from, message } = notificationOf(event)
    const urgency = urgencies[String(importance)]
    // Who was told that may say so; else whose mail it is (RFC 5437 §2.7).
    const resentFrom = typeof from === 'string' ? from : event.data.user
    const stanza: XmppMessage = {
      to: asked.address,
      subject: asked.subject ?? 'New mail',
      body: event.data['vnd.lemonade.isDefault'] === true ? (asked.body ?? String(message)) : String(message),
      headers: {
        ...(urgency === undefined ? {} : { Urgency: urgency }),
        ...(resentFrom === undefined ? {} : { 'Resent-From': resentFrom }),
      },
      url: event.data.uri,
    }
    try {
      await attempts(() => session.send(stanza, signal), limits, signal)
      log.info({ ...facts, to: asked.address }, 'a script’s notification was sent by XMPP')
    } catch (error) {
      log.warn({ ...facts, to: asked.address, reason: reasonOf(error) }, 'a script’s notification is left out')
    }
  }
}

/** The target is `{"jid":"ned@example.org"}`. */
export function xmppDevice(session: XmppSession): DeviceMethod {
  return {
    kind: 'xmpp',
    mustEcho: true,
    describe: addressOf,
    wake: (target, { text }, signal) =>
      session.send({ to: addressOf(target), subject: 'New mail', body: text }, signal),
    close: () => session.close(),
  }
}

/** localpart@domain, with or without a resource (RFC 7622 §3.1). */
const jidSyntax = /^[^\s\p{C}"&'/:<>@]{1,1023}@[^\s\p{C}"&'/<>@]{1,255}(?:\/[^\p{C}]{1,1023})?$/u

function addressOf(target: unknown): string {
  const { jid } = (target ?? {}) as { readonly jid?: unknown }
  if (typeof jid !== 'string' || !jidSyntax.test(jid)) throw new BadTarget('The "jid" must be like "ned@example.org".')
  return jid
}

interface Entity {
  readonly address: string
  readonly subject: string | null
  readonly body: string | null
}

/** Whom an xmpp URI names, and what it says; null where it names nobody (RFC 5122 §2.2). */
export function entityOf(uri: string): Entity | null {
  const [, path = '', query = ''] = /^xmpp:(?:\/\/[^/?#]*\/)?([^?#]+)(?:\?([^#]*))?$/i.exec(uri) ?? []
  try {
    const address = decodeURIComponent(path)
    const [type = '', ...pairs] = query.split(';')
    const isMessage = type === '' || type.toLowerCase() === 'message'
    const given = new Map<string, string>()
    for (const pair of isMessage ? pairs : []) {
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      if (!given.has(name)) given.set(name, decodeURIComponent(value))
    }
    if (!/^([^@/]+@)?[^@/\s]+(\/.+)?$/s.test(address)) return null
    return { address, subject: given.get('subject') ?? null, body: given.get('body') ?? null }
  } catch {
    return null
  }
}
