/** What the pages know of the server. They ask for domains and never for accounts, so nobody learns from them who has one. */
import type { MailService } from './services.ts'

export interface SetupSite {
  /** The name that mail programs connect to. */
  readonly hostname: string
  readonly services: readonly MailService[]
  isOurs(domain: string): Promise<boolean>
  now(): number
}

/** True for the names at which there are pages: the host's own, and those that each domain has for them. */
export async function isPageHost(site: SetupSite, host: string): Promise<boolean> {
  if (host === site.hostname) return true
  return site.isOurs(host.replace(/^(?:autoconfig|autodiscover|mta-sts)\./, ''))
}

export interface SetupAddress {
  readonly address: string
  readonly domain: string
}

/** RFC 5321 §4.5.3.1: 64 octets, "@", and a path of 256 with its brackets. */
const [localOctets, addressOctets] = [64, 254]

/** An address of one of the server's domains, or null. */
export async function addressHere(site: SetupSite, text: string): Promise<SetupAddress | null> {
  const address = text.trim()
  const at = address.lastIndexOf('@')
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)]
  const isAddress =
    at > 0 &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
    !/[\u0000-\u0020\u007f"<>@]/.test(local) &&
    Buffer.byteLength(local) <= localOctets &&
    Buffer.byteLength(address) <= addressOctets
  return isAddress && (await site.isOurs(domain)) ? { address, domain: domain.toLowerCase() } : null
}
