/** A profile for Apple's devices: opened on one, it makes the account and asks for the password alone. */
import { createHash } from 'node:crypto'
import { notFound, type Page } from '../http/page.ts'
import { escaped } from '../http/xml.ts'
import type { MailService } from './services.ts'
import { addressHere, type SetupAddress, type SetupSite } from './site.ts'

export function mobileconfigPage(site: SetupSite): Page {
  return {
    method: 'GET',
    async answer({ query }) {
      const found = await addressHere(site, query.get('emailaddress') ?? '')
      const [imap, smtp] = (['imap', 'smtp'] as const).map(one =>
        site.services.find(({ protocol }) => protocol === one),
      )
      if (found === null || imap === undefined || smtp === undefined) return notFound
      return {
        status: 200,
        type: 'application/x-apple-aspen-config; charset=utf-8',
        text: mobileconfig(site, found, imap, smtp),
        headers: { 'content-disposition': 'attachment; filename="mail.mobileconfig"' },
      }
    },
  }
}

/** The same address has the same identifiers, so that a second profile takes the place of the first. */
function mobileconfig(
  site: SetupSite,
  { address, domain }: SetupAddress,
  imap: MailService,
  smtp: MailService,
): string {
  const identifier = `${site.hostname}.${digest(address).slice(0, 16)}`
  const account = {
    PayloadType: 'com.apple.mail.managed',
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.mail`,
    PayloadUUID: uuid(`mail ${address}`),
    PayloadDisplayName: address,
    EmailAccountDescription: domain,
    EmailAccountType: 'EmailTypeIMAP',
    EmailAddress: address,
    IncomingMailServerAuthentication: 'EmailAuthPassword',
    IncomingMailServerHostName: site.hostname,
    IncomingMailServerPortNumber: imap.port,
    IncomingMailServerUseSSL: true,
    IncomingMailServerUsername: address,
    OutgoingMailServerAuthentication: 'EmailAuthPassword',
    OutgoingMailServerHostName: site.hostname,
    OutgoingMailServerPortNumber: smtp.port,
    OutgoingMailServerUseSSL: true,
    OutgoingMailServerUsername: address,
    OutgoingPasswordSameAsIncomingPassword: true,
  }
  const profile = {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid(`profile ${address}`),
    PayloadDisplayName: address,
    PayloadDescription: `Sets up the mail of ${address}.`,
    PayloadOrganization: domain,
    PayloadContent: [account],
  }
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${plist(profile)}
</plist>
`
}

type PropertyList = string | number | boolean | readonly PropertyList[] | { readonly [key: string]: PropertyList }

function plist(value: PropertyList): string {
  if (typeof value === 'string') return `<string>${escaped(value)}</string>`
  if (typeof value === 'number') return `<integer>${value}</integer>`
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>'
  if (isList(value)) return `<array>\n${value.map(plist).join('\n')}\n</array>`
  const entries = Object.entries(value).map(([key, each]) => `<key>${escaped(key)}</key>\n${plist(each)}`)
  return `<dict>\n${entries.join('\n')}\n</dict>`
}

function isList(value: PropertyList): value is readonly PropertyList[] {
  return Array.isArray(value)
}

const digest = (text: string) => createHash('sha256').update(text.toLowerCase()).digest('hex')

/** A UUID of a version that leaves all but six bits to its maker. */
function uuid(text: string): string {
  const hex = digest(text)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
