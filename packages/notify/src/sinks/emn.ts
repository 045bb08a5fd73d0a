/**
 * OMA Email Notification (OMA-Push-EMN-V1_0): a phone is told that a mailbox has news, by WAP Push through a gateway that
 * is spoken to by the Push Access Protocol (WAP-247-PAP): a POST of what is pushed and to whom.
 */
import type { NotifyLimits } from '../limits.ts'
import { DeliveryFailed, DeliveryRefused, type DeviceMethod } from '../sink.ts'
import { acceptedByGateway } from './accepted.ts'
import { Poster } from './post.ts'
import { numberOf } from './sms.ts'

export interface EmnGateway {
  readonly url: string
  /** Which form phones are sent: binary XML as WAP has it, or XML. */
  readonly format: 'wbxml' | 'xml'
  readonly headers: Readonly<Record<string, string>>
}

/** The target is `{"number":"+1-201-555-0123"}`. */
export function emnDevice({ url, format, headers }: EmnGateway, limits: NotifyLimits, now: () => number): DeviceMethod {
  const { requestMilliseconds, answerOctets } = limits
  const poster = new Poster({ destinations: 'any', requestMilliseconds, answerOctets })
  return {
    kind: 'emn',
    mustEcho: true,
    describe: numberOf,
    async wake(target, wake, signal) {
      const said = { mailbox: `mailat:${wake.account}`, at: now() }
      const content =
        format === 'xml'
          ? { type: 'application/vnd.wap.emn+xml', octets: Buffer.from(emnXml(said)) }
          : { type: 'application/vnd.wap.emn+wbxml', octets: emnWbxml(said) }
      const message = pushMessage(numberOf(target), `${wake.id}.${wake.topic}`, said.at + wake.ttlSeconds * 1000)
      const answer = await poster.post(new URL(url), () => related(message, content, headers), signal)
      acceptedByGateway(answer)
      judge(answer.body.toString())
    },
    close: () => poster.close(),
  }
}

interface Emn {
  /** Which mailbox: `mailat:` and the address. */
  readonly mailbox: string
  /** When it had news, milliseconds since 1970. */
  readonly at: number
}

export function emnXml({ mailbox, at }: Emn): string {
  return `<?xml version="1.0"?>
<!DOCTYPE emn PUBLIC "-//WAPFORUM//DTD EMN 1.0//EN" "http://www.wapforum.org/DTD/emn_1.0.dtd">
<emn mailbox="${escaped(mailbox)}" timestamp="${seconds(at)}"/>
`
}

/** Tokens of EMN 1.0 and of binary XML 1.3. */
const token = {
  ...{ version: 0x03, emn10: 0x0d, utf8: 0x6a, noStrings: 0x00 },
  ...{ emnWithAttributes: 0x85, timestamp: 0x05, mailbox: 0x06, mailboxMailat: 0x07 },
  ...{ end: 0x01, string: 0x03, opaque: 0xc3 },
} as const

export function emnWbxml({ mailbox, at }: Emn): Buffer {
  const isAddress = mailbox.startsWith('mailat:')
  const text = isAddress ? mailbox.slice('mailat:'.length) : mailbox
  // Digits of a date, two an octet, without the zeros at their end.
  const date = Buffer.from(
    seconds(at)
      .replace(/\D/g, '')
      .replace(/(?:00)+$/, ''),
    'hex',
  )
  return Buffer.concat([
    Buffer.of(token.version, token.emn10, token.utf8, token.noStrings, token.emnWithAttributes),
    Buffer.of(isAddress ? token.mailboxMailat : token.mailbox, token.string),
    Buffer.from(`${text.replaceAll('\0', '')}\0`),
    Buffer.of(token.timestamp, token.opaque, date.length),
    date,
    Buffer.of(token.end),
  ])
}

/** The control entity of a submission (WAP-247-PAP §8.3). */
function pushMessage(number: string, id: string, before: number): string {
  return `<?xml version="1.0"?>
<!DOCTYPE pap PUBLIC "-//WAPFORUM//DTD PAP 2.0//EN" "http://www.wapforum.org/DTD/pap_2.0.dtd">
<pap>
<push-message push-id="${escaped(id)}@lemonade" deliver-before-timestamp="${seconds(before)}">
<address address-value="WAPPUSH=${number}/TYPE=PLMN@ppg"/>
<quality-of-service delivery-method="unconfirmed"/>
</push-message>
</pap>
`
}

function related(
  message: string,
  content: { readonly type: string; readonly octets: Buffer },
  headers: Readonly<Record<string, string>>,
) {
  const boundary = `lemonade-${crypto.randomUUID()}`
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/xml\r\n\r\n${message}\r\n`),
    Buffer.from(`--${boundary}\r\nContent-Type: ${content.type}\r\n\r\n`),
    content.octets,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const type = `multipart/related; boundary=${boundary}; type="application/xml"`
  return { headers: { ...headers, 'content-type': type }, body }
}

/** Result codes: 1xxx are success, 2xxx our fault, 3xxx and 4xxx the gateway's, 5xxx the phone's (WAP-247-PAP §9.13). */
function judge(answer: string): void {
  const code = /<(?:response-result|badmessage-response)\b[^>]*\bcode\s*=\s*["'](\d{4})["']/.exec(answer)?.[1]
  if (code === undefined || code.startsWith('1')) return
  const what = `the push gateway answered ${code}`
  throw code.startsWith('2') ? new DeliveryRefused(what) : new DeliveryFailed(what)
}

/** YYYY-MM-DDThh:mm:ssZ */
function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
