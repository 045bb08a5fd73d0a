/** Autodiscover as Outlook asks for it: an XML document with the address is posted, another comes back. */
import type { Answer, Page } from '../http/page.ts'
import { elementText, escaped } from '../http/xml.ts'
import type { MailService } from './services.ts'
import { addressHere, type SetupSite } from './site.ts'

const envelope = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006'
const settings = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'

/** The protocol's own errors; all of them come with status 200. */
const problems = {
  500: "The email address can't be found.",
  600: 'Invalid Request',
  601: 'Provider is not available',
} as const

const encryptions = { tls: 'SSL', starttls: 'TLS' } as const satisfies Record<MailService['security'], string>

export function autodiscoverPage(site: SetupSite): Page {
  return {
    method: 'POST',
    async answer({ body }) {
      const xml = textOf(body)
      const text = xml === null ? null : elementText(xml, 'EMailAddress')
      if (xml === null || text === null) return problem(site, 600)
      // Phones ask for Exchange's own protocol by the same door; there is none here.
      if (elementText(xml, 'AcceptableResponseSchema') !== settings) return problem(site, 601)
      const found = await addressHere(site, text)
      if (found === null) return problem(site, 500)
      return document(`  <Response xmlns="${settings}">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
${best(site.services)
  .map(service => protocol(service, site.hostname, found.address))
  .join('')}    </Account>
  </Response>
`)
    },
  }
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return null
  }
}

/** Outlook wants one of each protocol. */
function best(services: readonly MailService[]): readonly MailService[] {
  return services.filter((one, at) => services.findIndex(({ protocol }) => protocol === one.protocol) === at)
}

function protocol(service: MailService, hostname: string, address: string): string {
  const ofSmtp =
    service.protocol === 'smtp' ? '        <UsePOPAuth>on</UsePOPAuth>\n        <SMTPLast>off</SMTPLast>\n' : ''
  return `      <Protocol>
        <Type>${service.protocol.toUpperCase()}</Type>
        <Server>${escaped(hostname)}</Server>
        <Port>${service.port}</Port>
        <DomainRequired>off</DomainRequired>
        <LoginName>${escaped(address)}</LoginName>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>${encryptions[service.security]}</Encryption>
        <AuthRequired>on</AuthRequired>
${ofSmtp}      </Protocol>
`
}

function problem(site: SetupSite, code: keyof typeof problems): Answer {
  const now = site.now()
  const time = new Date(now).toISOString().slice(11, 23)
  return document(`  <Response>
    <Error Time="${time}" Id="${Math.floor(now / 1000) % 2 ** 31}">
      <ErrorCode>${code}</ErrorCode>
      <Message>${escaped(problems[code])}</Message>
      <DebugData/>
    </Error>
  </Response>
`)
}

function document(content: string): Answer {
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="${envelope}">\n${content}</Autodiscover>\n`
  return { status: 200, type: 'application/xml; charset=utf-8', text }
}
