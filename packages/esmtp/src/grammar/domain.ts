/** Domains of addresses: which one it is, in U-labels and in A-labels (RFC 5890 §2.3.2.1). */
import { domainToASCII, domainToUnicode } from 'node:url'
import { isAscii } from './path.ts'

/** Everything behind the last "@"; '' where there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1 || address.length)
}

/** The address with its domain in U-labels, as accounts and domains are named in the store. */
export function localForm(address: string): string {
  const domain = domainOf(address)
  if (!/(?:^|\.)xn--/i.test(domain)) return address
  const unicode = domainToUnicode(domain)
  return unicode === '' ? address : `${address.slice(0, -domain.length)}${unicode}`
}

/** The address for a server without SMTPUTF8: A-labels do for a domain (RFC 6531 §3.2). Null where nothing does. */
export function asciiForm(address: string): string | null {
  if (isAscii(address)) return address
  const domain = domainOf(address)
  const local = address.slice(0, -domain.length)
  const ascii = asciiDomain(domain)
  return isAscii(local) && ascii !== '' ? `${local}${ascii}` : null
}

/** The domain in A-labels; '' where it is none. */
export function asciiDomain(domain: string): string {
  return domainToASCII(domain)
}
