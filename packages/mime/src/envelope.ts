/** ENVELOPE (RFC 3501 §7.4.2). Strings are the header's own octets, unfolded; nothing in them is decoded. */
import { type Address, type AddressList, parseAddressList } from './address.ts'
import type { FieldValues } from './header.ts'
import { imapNstring, imapString, nil } from './imap-string.ts'
import { type OctetString, octetsOf } from './octets.ts'

/**
 * envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP
 *            env-in-reply-to SP env-message-id ")"
 */
export function envelope(fields: FieldValues, lists: AddressLists = addressLists(fields)): Uint8Array {
  const from = addressList(lists.from)
  const parts = [
    imapNstring(fields.get('date')?.[0]),
    imapNstring(fields.get('subject')?.[0]),
    from,
    orElse(addressList(lists.sender), from),
    orElse(addressList(lists.replyTo), from),
    addressList(lists.to),
    addressList(lists.cc),
    addressList(lists.bcc),
    imapNstring(nonEmpty(fields.get('in-reply-to')?.[0])),
    imapNstring(nonEmpty(fields.get('message-id')?.[0])),
  ]
  return octetsOf(`(${parts.join(' ')})` as OctetString)
}

function orElse(list: string, fallback: string): string {
  return list === nil ? fallback : list
}

/** "The in-reply-to and message-id members in the envelope can not be the empty string." */
function nonEmpty(value: OctetString | undefined): OctetString | undefined {
  return value === '' ? undefined : value
}

/** The address fields of a header; their strings are octets too. */
export type AddressLists = Readonly<Record<'from' | 'sender' | 'replyTo' | 'to' | 'cc' | 'bcc', AddressList>>

export function addressLists(fields: FieldValues): AddressLists {
  return {
    from: addressesOf(fields, 'from'),
    sender: addressesOf(fields, 'sender'),
    replyTo: addressesOf(fields, 'reply-to'),
    to: addressesOf(fields, 'to'),
    cc: addressesOf(fields, 'cc'),
    bcc: addressesOf(fields, 'bcc'),
  }
}

/** All addresses of the fields of one name: RFC 5322 §4.5 lets old messages have several. */
function addressesOf(fields: FieldValues, name: string): AddressList {
  const values = fields.get(name)
  if (values === undefined) return []
  return values.length === 1 ? parseAddressList(values[0] as string) : values.flatMap(value => parseAddressList(value))
}

/** "(" 1*address ")" / nil */
function addressList(list: AddressList): string {
  if (list.length === 0) return nil
  return `(${list.map(entry => ('group' in entry ? group(entry.group, entry.members) : address(entry))).join('')})`
}

/** address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
function address({ name, route, mailbox, host }: Address): string {
  // Where there is no host this is "", since NIL would make the address the start of a group.
  return `(${nonEmptyString(name)} ${nonEmptyString(route)} ${string(mailbox)} ${string(host)})`
}

/** A group is its members between two markers whose host is NIL; the second has a NIL mailbox too. */
function group(name: string, members: readonly Address[]): string {
  return `(NIL NIL ${string(name)} NIL)${members.map(address).join('')}(NIL NIL NIL NIL)`
}

function string(octets: string): string {
  return imapString(octets as OctetString)
}

function nonEmptyString(octets: string): string {
  return octets === '' ? nil : string(octets)
}
