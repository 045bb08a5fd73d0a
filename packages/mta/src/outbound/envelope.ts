/** MAIL and RCPT with the parameters that a server takes (RFC 5321 §4.1.1.2, §4.1.1.3). */
import { encodeUtf8AddressXtext, encodeXtext, isAscii, parseAddress } from '@lemonade/esmtp'
import type { DeliveryOptions } from '@lemonade/store'

/** What a server said to EHLO: parameters by keyword, in upper case. */
export type Offers = ReadonlyMap<string, string>

/** ehlo-line = ehlo-keyword *( SP ehlo-param ) (RFC 5321 §4.1.1.1) */
export function offersOf(lines: readonly string[]): Offers {
  const offers = new Map<string, string>()
  for (const line of lines) {
    const [, keyword, parameters = ''] = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:[ =]+(.*))?$/.exec(line) ?? []
    if (keyword !== undefined) offers.set(keyword.toUpperCase(), parameters.trim())
  }
  return offers
}

/** The most octets of a message that a server takes; null where it does not say (RFC 1870 §3). */
export function sizeLimit(offers: Offers): number | null {
  const limit = /^\d{1,20}$/.exec(offers.get('SIZE') ?? '')?.[0]
  return limit === undefined || Number(limit) === 0 ? null : Number(limit)
}

/** True where it can be said in a command without saying more. */
export function isSayable(address: string): boolean {
  return address === '' || /^postmaster$/i.test(address) || parseAddress(address) !== null
}

export interface MailFacts {
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly octets: number
  readonly body: '7BIT' | '8BITMIME' | 'BINARYMIME'
  readonly options: DeliveryOptions
  /** by-parameter (RFC 2852 §4.1.4). */
  readonly by?: string
  /** REQUIRETLS may be said here (RFC 8689 §2). */
  readonly protects?: boolean
}

export function mailCommand(facts: MailFacts, offers: Offers): string {
  const { reversePath, recipients, octets, body, options, by, protects = false } = facts
  const words = [`MAIL FROM:<${reversePath}>`]
  if (offers.has('SIZE')) words.push(`SIZE=${octets}`)
  if (body === 'BINARYMIME' || (body === '8BITMIME' && offers.has('8BITMIME'))) words.push(`BODY=${body}`)
  // A header may need it as well as an address (RFC 6531 §3.4).
  const isInternational = options.smtpUtf8 === true || !isAscii([reversePath, ...recipients].join())
  if (isInternational && offers.has('SMTPUTF8')) words.push('SMTPUTF8')
  if (offers.has('DSN')) {
    if (options.ret !== undefined) words.push(`RET=${options.ret}`)
    if (options.envid !== undefined) words.push(`ENVID=${encodeXtext(options.envid)}`)
  }
  if (protects && options.tls === 'required' && offers.has('REQUIRETLS')) words.push('REQUIRETLS')
  if (by !== undefined) words.push(by)
  // RFC 6710 §4.2: also where nobody asked for any.
  if (offers.has('MT-PRIORITY')) words.push(`MT-PRIORITY=${options.priority ?? 0}`)
  return words.join(' ')
}

export function rcptCommand(recipient: string, { notify, orcpt }: DeliveryOptions, offers: Offers): string {
  const words = [`RCPT TO:<${recipient}>`]
  if (offers.has('DSN')) {
    if (notify !== undefined) words.push(`NOTIFY=${notify.join()}`)
    const original = orcpt === undefined ? null : encodedOrcpt(orcpt)
    if (original !== null) words.push(`ORCPT=${original}`)
  }
  return words.join(' ')
}

/** addr-type ";" xtext (RFC 3461 §4.2); addr-type "utf-8" has another encoding (RFC 6533 §3). Null where it cannot be said. */
function encodedOrcpt(orcpt: string): string | null {
  const semicolon = orcpt.indexOf(';')
  const type = orcpt.slice(0, semicolon + 1)
  const address = orcpt.slice(semicolon + 1)
  if (type === 'utf-8;') return `${type}${encodeUtf8AddressXtext(address)}`
  return semicolon > 0 && isAscii(address) ? `${type}${encodeXtext(address)}` : null
}
