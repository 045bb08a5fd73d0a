/** Addresses as the store compares them: case-folded, domains in Unicode (RFC 6531, RFC 5890). */
import { domainToUnicode } from 'node:url'
import { StoreError } from './problem.ts'

/** Longest local part and domain (RFC 5321 §4.5.3.1). */
const localOctets = 64
const domainOctets = 255

export interface Address {
  readonly local: string
  readonly domain: string
}

/** The domain as it is compared, or null where it cannot be one. */
export function foldDomain(domain: string): string | null {
  const folded = domainToUnicode(domain.toLowerCase().normalize('NFC').replace(/\.$/, ''))
  const isDomain = folded !== '' && Buffer.byteLength(folded) <= domainOctets && !/[\s@,;<>()[\]\\"]/.test(folded)
  return isDomain ? folded : null
}

/** Reads `local@domain`; the local part may be empty, for a catch-all. Null where it is no address. */
export function parseAddress(address: string): Address | null {
  const at = address.lastIndexOf('@')
  const domain = at === -1 ? null : foldDomain(address.slice(at + 1))
  if (domain === null) return null
  const local = unquoted(address.slice(0, at)).normalize('NFC').toLowerCase()
  // Controls and the characters that would need quoting in every protocol.
  if (Buffer.byteLength(local) > localOctets || /[\p{Cc}\s@,;:<>()[\]\\"]/u.test(local)) return null
  return { local, domain }
}

/** RFC 5321 §4.1.2: quoted where it need not be, it is the same address. */
function unquoted(local: string): string {
  return /^".*"$/.test(local) ? local.slice(1, -1).replace(/\\(.)/g, '$1') : local
}

export function addressText({ local, domain }: Address): string {
  return `${local}@${domain}`
}

/** The folded text of an address that is to be stored. Throws bad-address. */
export function newAddress(address: string): Address {
  const parsed = parseAddress(address)
  if (parsed === null || parsed.local === '') throw new StoreError('bad-address', address)
  return parsed
}
