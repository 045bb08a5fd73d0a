/** Addresses as scripts see them: of header fields, of the envelope, and those that mail is sent to. */
import { parseAddressList } from '@lemonade/mime'
import { isUnicode } from './text.ts'

/** An address; `valid` is false where it has no local-part and domain that could be told apart. */
export interface SieveAddress {
  readonly all: string
  readonly localPart: string
  readonly domain: string
  readonly valid: boolean
}

/** The addresses of a header field's value, members of groups included, group names and phrases not (RFC 5228 §5.1). */
export function addressesOf(value: string): SieveAddress[] {
  const found: SieveAddress[] = []
  for (const entry of parseAddressList(value)) {
    for (const { mailbox, host } of 'members' in entry ? entry.members : [entry]) {
      if (mailbox === '' && host === '') continue
      const valid = mailbox !== '' && host !== ''
      found.push({ all: host === '' ? mailbox : `${mailbox}@${host}`, localPart: mailbox, domain: host, valid })
    }
  }
  return found
}

/** An address of the envelope: source routes dropped (RFC 5228 §5.4), quotes of the local-part too. */
export function envelopeAddress(path: string): SieveAddress {
  const address = path.startsWith('@') ? path.slice(path.indexOf(':') + 1) : path
  const at = address.lastIndexOf('@')
  const localPart = unquote(at === -1 ? address : address.slice(0, at))
  const domain = at === -1 ? '' : address.slice(at + 1)
  return { all: at === -1 ? localPart : `${localPart}@${domain}`, localPart, domain, valid: at > 0 && domain !== '' }
}

function unquote(localPart: string): string {
  if (localPart.length < 2 || !localPart.startsWith('"') || !localPart.endsWith('"')) return localPart
  return localPart.slice(1, -1).replace(/\\(.)/gs, '$1')
}

const octetsOfAddress = 320
const atext = "\\w!#$%&'*+/=?^`{|}~\\-\\u0080-\\u{10ffff}"
const dotAtom = `[${atext}]+(?:\\.[${atext}]+)*`
const quoted = '"(?:[^"\\\\\\p{Cc}]|\\\\[^\\p{Cc}])*"'
const label = '[\\p{L}\\p{N}\\p{M}](?:[\\p{L}\\p{N}\\p{M}_\\-]*[\\p{L}\\p{N}\\p{M}])?'
const domain = `(?:${label}(?:\\.${label})*|\\[[!-Z^-~]+\\])`
const addrSpec = `(?:${dotAtom}|${quoted})@${domain}`
const phrase = `(?:[${atext} \\t.]|${quoted})*`
const comment = /\([^()\\\p{Cc}]*\)/gu
const sieveAddress = new RegExp(`^[ \\t]*(?:(${addrSpec})|${phrase}<[ \\t]*(${addrSpec})[ \\t]*>)[ \\t]*$`, 'u')

/**
 * sieve-address = addr-spec / phrase "<" addr-spec ">" (RFC 5228 §2.4.2.3): the addr-spec, or null where the text is
 * no such address. Routes and groups are none. Internationalized addresses (RFC 6532 §3.2) are.
 */
export function sieveAddressOf(text: string): string | null {
  if (text.length > 4 * octetsOfAddress || !isUnicode(text)) return null
  const found = sieveAddress.exec(text) ?? sieveAddress.exec(text.replace(comment, ' '))
  const address = found?.[1] ?? found?.[2] ?? null
  return address !== null && address.length <= octetsOfAddress ? address : null
}

const mailboxesOfList = 20

/** A sentence about what is no mailbox-list (RFC 5322 §3.4) of addresses that mail could come from, or null. */
export function judgeMailboxes(text: string): string | null {
  const wrong =
    'This holds something that is no address; addresses are like "ned@example.org" or "Ned <ned@example.org>".'
  if (!isUnicode(text) || /\p{Cc}/u.test(text)) return wrong
  const list = parseAddressList(text)
  if (list.length === 0) return wrong
  if (list.length > mailboxesOfList) return `There must not be more than ${mailboxesOfList} addresses.`
  const sound = list.every(entry => !('members' in entry) && sieveAddressOf(`${entry.mailbox}@${entry.host}`) !== null)
  return sound ? null : wrong
}
