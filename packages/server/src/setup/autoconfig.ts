/** Autoconfiguration as Mozilla's Thunderbird and many others ask for it: a file that says where to read and to send. */
import { notFound, type Page, type PageRequest } from '../http/page.ts'
import { escaped } from '../http/xml.ts'
import type { MailService } from './services.ts'
import { addressHere, type SetupSite } from './site.ts'

const socketTypes = { tls: 'SSL', starttls: 'STARTTLS' } as const satisfies Record<MailService['security'], string>

/** Asked at `autoconfig.DOMAIN` or at DOMAIN itself, with the address or without. */
export function autoconfigPage(site: SetupSite): Page {
  return {
    method: 'GET',
    async answer(request) {
      const domain = await domainOf(request, site)
      if (domain === null) return notFound
      return { status: 200, type: 'application/xml; charset=utf-8', text: autoconfig(site, domain) }
    },
  }
}

async function domainOf({ host, query }: PageRequest, site: SetupSite): Promise<string | null> {
  const text = query.get('emailaddress')
  // Some clients leave the placeholder of the file as it is.
  if (text !== null && text !== '' && text !== '%EMAILADDRESS%') return (await addressHere(site, text))?.domain ?? null
  const domain = host.replace(/^autoconfig\./, '')
  return (await site.isOurs(domain)) ? domain : null
}

function autoconfig(site: SetupSite, domain: string): string {
  const servers = site.services.map(({ protocol, security, port }) => {
    const [element, type] = protocol === 'imap' ? ['incomingServer', 'imap'] : ['outgoingServer', 'smtp']
    return `    <${element} type="${type}">
      <hostname>${escaped(site.hostname)}</hostname>
      <port>${port}</port>
      <socketType>${socketTypes[security]}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </${element}>
`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${escaped(domain)}">
    <domain>${escaped(domain)}</domain>
    <displayName>${escaped(domain)}</displayName>
    <displayShortName>${escaped(domain)}</displayShortName>
${servers.join('')}  </emailProvider>
</clientConfig>
`
}
