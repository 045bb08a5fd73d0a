/** For people: one field for the address, and the settings for those who type them. */
import type { Page } from '../http/page.ts'
import { escaped } from '../http/xml.ts'
import type { MailService } from './services.ts'
import type { SetupSite } from './site.ts'

const purposes = { imap: 'to read (IMAP)', smtp: 'to send (SMTP)' } as const satisfies Record<
  MailService['protocol'],
  string
>
const securities = { tls: 'TLS', starttls: 'STARTTLS' } as const satisfies Record<MailService['security'], string>

export function frontPage(site: SetupSite, profilePath: string): Page {
  const rows = site.services.map(
    ({ protocol, security, port }) =>
      `<tr><td>${purposes[protocol]}<td>${escaped(site.hostname)}<td>${port}<td>${securities[security]}\n`,
  )
  const text = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail on ${escaped(site.hostname)}</title>
<h1>Mail on ${escaped(site.hostname)}</h1>
<p>Most mail programs need your address and your password and find the rest.
<p>On an iPhone, an iPad or a Mac, enter your address, open the profile that comes, and allow it in the settings:
<form action="${profilePath}">
<label>Your address <input type="email" name="emailaddress" required autocomplete="email"></label>
<button>Get the profile</button>
</form>
<p>By hand, with your address as the user name:
<table>
<tr><th><th>server<th>port<th>security
${rows.join('')}</table>
</html>
`
  const headers = { 'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'" }
  const answer = { status: 200, type: 'text/html; charset=utf-8', text, headers }
  return { method: 'GET', answer: async () => answer }
}
