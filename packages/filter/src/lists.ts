/**
 * External lists (RFC 6134): entries of the server's metadata (RFC 5464), so that any IMAP client can fill them. A value
 * has one member a line. An account's own list comes before everybody's of the same name:
 *
 * - `:addrbook:NAME` is `/private/vendor/lemonade/addrbook/NAME`, or `/shared/…`. `:addrbook:default` is always there.
 * - Any other URI is `/private/vendor/lemonade/lists/URI`, or `/shared/…`.
 */
import { parseAddressList } from '@lemonade/mime'
import type { AccountId, Store } from '@lemonade/store'

const folder = 'vendor/lemonade'
const book = /^urn:ietf:params:sieve:addrbook:([^?]+)$/
const standard = 'urn:ietf:params:sieve:addrbook:default'

/** The entry that a list's name means, below /private/ or /shared/; null for a name that can be no entry's. */
export function listEntry(list: string): string | null {
  const named = book.exec(list)?.[1]
  const [kind, name] = named === undefined ? ['lists', list] : ['addrbook', named]
  // Wildcards, and slashes that enclose nothing, are in no name of an entry (RFC 5464 §3.2).
  const safe = name.replace(
    /[^A-Za-z0-9:.,;@+=_~!$&'()-]/g,
    c => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
  return safe.length > 500 ? null : `${folder}/${kind}/${safe}`
}

/** The lines of a list, without empty ones; null where there is no such list. */
export async function listMembers(store: Store, account: AccountId, list: string): Promise<readonly string[] | null> {
  const entry = listEntry(list)
  if (entry === null) return null
  for (const scope of ['private', 'shared']) {
    const value = await store.metadata.get({ mailbox: null, account }, `/${scope}/${entry}`)
    if (value !== null) {
      const lines = new TextDecoder().decode(value).split(/\r?\n/)
      return lines.map(line => line.trim()).filter(line => line !== '')
    }
  }
  return list === standard ? [] : null
}

/** The member that is this value, without regard to case; of a member with a name and an address, the address counts too. */
export async function memberOf(
  store: Store,
  account: AccountId,
  list: string,
  value: string,
): Promise<string | null | undefined> {
  const members = await listMembers(store, account, list)
  if (members === null) return undefined
  const wanted = value.toLowerCase()
  for (const member of members) {
    if (member.toLowerCase() === wanted) return member
    const address = addressOf(member)
    if (address?.toLowerCase() === wanted) return address
  }
  return null
}

/** All members' addresses; null where there is no such list, or one holds something else. */
export async function listAddresses(store: Store, account: AccountId, list: string): Promise<readonly string[] | null> {
  const members = await listMembers(store, account, list)
  const addresses = members?.map(addressOf) ?? [null]
  return addresses.every(address => address !== null) ? addresses : null
}

function addressOf(member: string): string | null {
  if (!member.includes('@')) return null
  const [entry, ...more] = parseAddressList(member)
  if (entry === undefined || more.length > 0 || 'members' in entry || entry.mailbox === '' || entry.host === '')
    return null
  return `${entry.mailbox}@${entry.host}`
}
