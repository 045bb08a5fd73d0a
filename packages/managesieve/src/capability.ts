/** What a session may do now (RFC 5804 §1.7). */
import { notifySchemes, capabilities as sieveCapabilities } from 'sieve.js'
import type { Word } from './reply.ts'
import type { Session } from './session.ts'

/** Lines of the CAPABILITY response; they change with STARTTLS, AUTHENTICATE and UNAUTHENTICATE only. */
export function capabilities(session: Session): readonly (readonly Word[])[] {
  const { identity, channel, auth, sieve } = session
  const lines: Word[][] = [
    ['IMPLEMENTATION', 'Lemonade'],
    ['VERSION', '1.0'],
    ['SASL', auth.mechanisms(channel).join(' ')],
    ['SIEVE', sieveCapabilities(sieve.extensions).join(' ')],
    ['MAXREDIRECTS', String(sieve.limits.redirects)],
    ['LANGUAGE', 'en'],
    ['UNAUTHENTICATE'],
  ]
  const methods = notifySchemes(sieve.extensions)
  const offered = sieveCapabilities(sieve.extensions)
  if (offered.includes('enotify')) lines.push(['NOTIFY', methods.join(' ')])
  // RFC 6134 §2.8: any URI may name a list.
  if (offered.includes('extlists')) lines.push(['EXTLISTS', 'urn tag'])
  if (identity !== null) lines.push(['OWNER', identity.authorizedAs])
  else if (!channel.secure) lines.push(['STARTTLS'])
  return lines
}
