import { extension } from '../extension.ts'
import type { EsmtpLimits } from '../limits.ts'

/** limit-value of each limit is at most six digits, and not 0 (RFC 9422 §4). */
const mostSayable = 999_999

/** LIMITS: what a session may have of MAIL, RCPT and domains, as MAIL and RCPT have it (RFC 9422 §3). */
export const limits = extension({
  rfc: 9422,
  advertise: session => {
    const words = Object.entries(limitsOf(session.limits))
      .filter(([, limit]) => limit > 0 && limit <= mostSayable)
      .map(([name, limit]) => `${name}=${limit}`)
    return words.length === 0 ? null : ['LIMITS', ...words].join(' ')
  },
})

function limitsOf({ mails, recipients, recipientDomains }: EsmtpLimits) {
  return { MAILMAX: mails, RCPTMAX: recipients, RCPTDOMAINMAX: recipientDomains }
}
