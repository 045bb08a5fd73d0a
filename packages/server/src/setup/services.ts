/** What the server offers to mail programs, and at which ports they find it. */
import type { Endpoint } from '@lemonade/net'
import type { ByListener } from '../listeners.ts'

export interface MailService {
  readonly protocol: 'imap' | 'smtp'
  /** RFC 8314 §3.3: TLS from the first octet comes before STARTTLS. */
  readonly security: 'tls' | 'starttls'
  readonly port: number
}

const kinds = [
  { listener: 'imaps', protocol: 'imap', security: 'tls' },
  { listener: 'imap', protocol: 'imap', security: 'starttls' },
  { listener: 'submissions', protocol: 'smtp', security: 'tls' },
  { listener: 'submission', protocol: 'smtp', security: 'starttls' },
] as const

/** The best of each protocol first; nothing that is switched off. */
export function mailServices(endpoints: Partial<ByListener<readonly Endpoint[]>>): readonly MailService[] {
  return kinds.flatMap(({ listener, protocol, security }) => {
    const port = endpoints[listener]?.[0]?.port
    return port === undefined ? [] : [{ protocol, security, port }]
  })
}
