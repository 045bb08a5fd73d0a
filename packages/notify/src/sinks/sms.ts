/**
 * Short messages through an HTTP gateway of the operator's: what is posted is a template.
 *
 *     url = "https://sms.example.net/send"
 *     content_type = "application/json"
 *     body = '{"to":"{to}","text":"{text}"}'
 *
 * `{to}` is the number as E.164 has it, `{text}` what is said, `{id}` the number of the event. Each is escaped for where
 * it stands: in the URL, in a form, in JSON or in XML.
 */
import type { Log } from '@lemonade/net'
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, type DeviceMethod } from '../sink.ts'
import { acceptedByGateway } from './accepted.ts'
import { attempts, reasonOf } from './attempts.ts'
import { type NotificationMethod, notificationOf } from './notification.ts'
import { Poster } from './post.ts'

export interface SmsGateway {
  readonly url: string
  readonly contentType: string
  readonly body: string
  /** Further fields of the request, such as Authorization. */
  readonly headers: Readonly<Record<string, string>>
}

export class Sms {
  readonly #gateway: SmsGateway
  readonly #poster: Poster

  constructor(gateway: SmsGateway, { requestMilliseconds, answerOctets }: NotifyLimits) {
    this.#gateway = gateway
    this.#poster = new Poster({ destinations: 'any', requestMilliseconds, answerOctets })
  }

  /** Resolves once the gateway has taken it. Throws as `acceptedByGateway` does. */
  async send(message: { to: string; text: string; id: number }, signal: AbortSignal): Promise<void> {
    const { url, contentType, body, headers } = this.#gateway
    const values = { to: message.to, text: shortened(message.text), id: String(message.id) }
    const target = new URL(filled(url, values, encodeURIComponent))
    const octets = Buffer.from(filled(body, values, escapingFor(contentType)))
    const post = { headers: { ...headers, 'content-type': contentType }, body: octets }
    acceptedByGateway(await this.#poster.post(target, () => post, signal))
  }

  close(): void {
    this.#poster.close()
  }
}

function filled(template: string, values: Readonly<Record<string, string>>, escaped: (text: string) => string): string {
  return template.replace(/\{(to|text|id)\}/g, (_, name: string) => escaped(values[name] ?? ''))
}

function escapingFor(contentType: string): (text: string) => string {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-www-form-urlencoded') return encodeURIComponent
  if (/[/+]json$/.test(type)) return text => JSON.stringify(text).slice(1, -1)
  if (/[/+]xml$/.test(type)) return text => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
  return text => text
}

/** Characters that one octet says in the alphabet of short messages, and those that two do (3GPP TS 23.038 §6.2.1). */
const single =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const double = '\f^{}\\[~]|€'
const [plainCharacters, wideCharacters] = [160, 70]

/** What has room in one short message. */
export function shortened(text: string): string {
  const characters = [...text.toWellFormed()]
  const isPlain = characters.every(each => single.includes(each) || double.includes(each))
  const weigh = (each: string) => (isPlain ? (double.includes(each) ? 2 : 1) : each.length)
  const room = isPlain ? plainCharacters : wideCharacters
  let used = 0
  const over = characters.findIndex(each => {
    used += weigh(each)
    return used > room
  })
  return over === -1 ? characters.join('') : characters.slice(0, over).join('')
}

/** Digits of a global number, ITU's limit (RFC 3966 §3, E.164 §6.1). */
const digits = 15

/**
 * global-number-digits = "+" *phonedigit DIGIT *phonedigit (RFC 3966 §3): without the visual separators; null for what is
 * none, or has an extension or a context.
 */
export function globalNumber(text: string): string | null {
  const number = /^(?:tel:)?(\+[\d().-]*\d[\d().-]*)$/i.exec(text)?.[1]?.replace(/[().-]/g, '')
  return number !== undefined && number.length <= digits + 1 ? number : null
}

/** The target is `{"number":"+1-201-555-0123"}`. */
export function smsDevice(sms: Sms): DeviceMethod {
  return {
    kind: 'sms',
    mustEcho: true,
    describe: numberOf,
    wake: (target, { text, id }, signal) => sms.send({ to: numberOf(target), text, id }, signal),
    close: () => sms.close(),
  }
}

export function numberOf(target: unknown): string {
  const { number } = (target ?? {}) as { readonly number?: unknown }
  const found = typeof number === 'string' ? globalNumber(number) : null
  if (found === null) throw new BadTarget('The "number" must be like "+1-201-555-0123", with the country’s code.')
  return found
}

export interface SmsNotificationOptions {
  readonly sms: Sms
  readonly limits: NotifyLimits
  readonly log: Log
}

/** Notifications that Sieve scripts ask for by a tel URI, a method of our own (RFC 3966). */
export function smsNotification({ sms, limits, log }: SmsNotificationOptions): NotificationMethod {
  return async (event, uri, signal) => {
    const facts = { event: event.id, owner: event.data.user }
    const to = globalNumber(uri.href)
    if (to === null) return log.warn({ ...facts, reason: 'no number' }, 'a script’s notification is left out')
    const text = String(notificationOf(event).message ?? '').trim()
    try {
      await attempts(() => sms.send({ to, text, id: event.id }, signal), limits, signal)
      log.info(facts, 'a script’s notification was sent as a short message')
    } catch (error) {
      log.warn({ ...facts, reason: reasonOf(error) }, 'a script’s notification is left out')
    }
  }
}
