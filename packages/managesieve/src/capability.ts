/** What a session may do now (RFC 5804 §1.7). */
import { capabilities as sieveCapabilities } from 'sieve.js'
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
  if (identity !== null) lines.push(['OWNER', identity.authorizedAs])
  else if (!channel.secure) lines.push(['STARTTLS'])
  return lines
}
