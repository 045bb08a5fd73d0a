/** ENVELOPE and BODYSTRUCTURE for clients that know less, or more, than what is stored (RFC 6858, RFC 9051 §7.5.2). */
import type { Address } from './address.ts'
import { invalidMailbox, replacedName, utf8Text } from './downgrade.ts'
import { encodeWords } from './encode-words.ts'
import { type ListNode, readList, writeList } from './imap-list.ts'
import { imapString } from './imap-string.ts'
import { isAscii, type OctetString, octetString, octetsOf, utf8OctetString } from './octets.ts'

type List = Extract<ListNode, { is: 'list' }>

/** The `envelope` of a header in US-ASCII (RFC 6858 §2). */
export function downgradedEnvelope(envelope: Uint8Array): Uint8Array {
  return octetsOf(writeList(envelopeNode(readList(octetString(envelope)))) as OctetString)
}

/** The `body` in US-ASCII, as RFC 3501 has it: without the structure of message/global, which it does not know. */
export function downgradedBody(body: Uint8Array): Uint8Array {
  return octetsOf(writeList(bodyNode(readList(octetString(body)))) as OctetString)
}

/**
 * The `body` with its parameter values in UTF-8: one that is stored in RFC 2231's form keeps its name with the asterisk
 * and is decoded (RFC 9051 §7.5.2).
 */
export function decodedBody(body: Uint8Array): Uint8Array {
  return octetsOf(writeList(decodedNode(readList(octetString(body))), quotedUtf8) as OctetString)
}

/** date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id */
function envelopeNode(node: ListNode): ListNode {
  if (node.is !== 'list') return node
  const of = node.of.map((field, at) => {
    if (field.is === 'list') return { ...field, of: field.of.map(addressNode) }
    return at === 1 ? encoded(field) : asciiOnly(field)
  })
  return { ...node, of }
}

/** "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
function addressNode(node: ListNode): ListNode {
  if (node.is !== 'list' || node.of.length !== 4) return node
  const [name, route, mailbox, host] = node.of as [ListNode, ListNode, ListNode, ListNode]
  // A NIL host makes a group of it, whose name stands in the mailbox's place.
  if (host.is !== 'string') return { ...node, of: [name, route, encoded(mailbox), host] }
  const replaced = replacedName(addressOf(name, route, mailbox, host))
  if (replaced === null) return { ...node, of: [encoded(name), route, mailbox, host] }
  const of = [
    text(name, encodeWords(replaced)),
    nil(route),
    text(mailbox, invalidMailbox.mailbox),
    text(host, invalidMailbox.host),
  ]
  return { ...node, of }
}

function addressOf(name: ListNode, route: ListNode, mailbox: ListNode, host: ListNode): Address {
  const octets = (node: ListNode) => (node.is === 'string' ? node.octets : '')
  return { name: octets(name), route: octets(route), mailbox: octets(mailbox), host: octets(host) }
}

function text({ spaced }: ListNode, value: string): ListNode {
  return { spaced, is: 'string', octets: utf8OctetString(value) }
}

function nil({ spaced }: ListNode): ListNode {
  return { spaced, is: 'atom', text: 'NIL' }
}

/** As encoded words, where it is UTF-8. */
function encoded(node: ListNode): ListNode {
  const value = node.is === 'string' ? utf8Text(node.octets) : null
  return value === null ? node : text(node, encodeWords(value))
}

/** NIL, where it is UTF-8. */
function asciiOnly(node: ListNode): ListNode {
  return isUtf8(node) ? nil(node) : node
}

function bodyNode(node: ListNode): ListNode {
  if (node.is !== 'list') return node
  return node.of[0]?.is === 'list' ? { ...node, of: multipart(node.of) } : { ...node, of: single(node) }
}

/** 1*body SP media-subtype [SP body-ext-mpart] */
function multipart(of: readonly ListNode[]): readonly ListNode[] {
  const bodies = of.findIndex(item => item.is !== 'list')
  return of.map((item, at) => (at < bodies ? bodyNode(item) : extensionNode(item)))
}

/** type, subtype, parameters, id, description, encoding, octets, and for a message envelope, body and lines */
function single({ of }: List): readonly ListNode[] {
  const [type, subtype] = of
  const isMessage = isNamed(type, 'message') && of[7]?.is === 'list' && of[8]?.is === 'list'
  const kept = isMessage && isNamed(subtype, 'global') ? of.filter((_, at) => at < 7 || at > 9) : of
  const encapsulates = isMessage && kept === of
  return kept.map((item, at) => {
    // A string must stand here.
    if (at < 2) return isUtf8(item) ? text(item, 'x-unknown') : item
    if (encapsulates && at === 7) return envelopeNode(item)
    if (encapsulates && at === 8) return bodyNode(item)
    return at === 4 ? encoded(item) : extensionNode(item)
  })
}

function isNamed(node: ListNode | undefined, name: string): boolean {
  return node?.is === 'string' && node.octets === name
}

/** Parameters, disposition, language, location, MD5: what cannot be said goes (RFC 6858 §2.2). */
function extensionNode(node: ListNode): ListNode {
  if (node.is !== 'list') return asciiOnly(node)
  const of = node.of.map(item => (item.is === 'list' ? extensionNode(item) : item))
  if (!of.some(isUtf8)) return { ...node, of }
  // A disposition whose type cannot be said says nothing.
  if (of.some(item => item.is !== 'string')) return nil(node)
  const kept = of.filter((_, at) => !isUtf8(of[at - (at % 2)]) && !isUtf8(of[at - (at % 2) + 1]))
  const [first, ...others] = kept
  return first === undefined ? nil(node) : { ...node, of: [{ ...first, spaced: false }, ...others] }
}

function isUtf8(node: ListNode | undefined): boolean {
  return node?.is === 'string' && utf8Text(node.octets) !== null
}

function decodedNode(node: ListNode): ListNode {
  if (node.is !== 'list') return node
  const of = node.of.map((item, at) => {
    const before = node.of[at - 1]
    const isValue = at % 2 === 1 && before?.is === 'string' && before.octets.endsWith('*')
    return isValue && item.is === 'string' ? decodedValue(item) : decodedNode(item)
  })
  return { ...node, of }
}

/** extended-initial-value as `bodyStructure` writes it: in UTF-8, without a language (RFC 2231 §7). */
function decodedValue(node: Extract<ListNode, { is: 'string' }>): ListNode {
  if (!node.octets.startsWith("utf-8''")) return node
  try {
    return text(node, decodeURIComponent(node.octets.slice(7)))
  } catch {
    // A sender's own invention, under a name that looks like one of RFC 2231.
    return node
  }
}

/** A quoted-string may hold UTF-8 for who has enabled that; a line end, and what is no UTF-8, it may not. */
function quotedUtf8(octets: OctetString): string {
  const isText = isAscii(octets) || utf8Text(octets) !== null
  return isText && !/[\0\r\n]/.test(octets) ? `"${octets.replace(/["\\]/g, '\\$&')}"` : imapString(octets)
}
