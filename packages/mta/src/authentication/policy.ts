/** What DMARC wants done with a message (RFC 7489 §6.3), and how far the operator goes along. */
import type { AuthenticateResult } from 'mailauth'

/** Each does what those before it do. */
export const dmarcPolicies = ['none', 'quarantine', 'reject'] as const
export type DmarcPolicy = (typeof dmarcPolicies)[number]

/** The weaker of the sender's wish and the operator's. */
export function disposition(result: AuthenticateResult, most: DmarcPolicy): DmarcPolicy {
  const wanted = dmarcPolicies.indexOf(wish(result))
  return dmarcPolicies[Math.min(wanted, dmarcPolicies.indexOf(most))] ?? 'none'
}

function wish(result: AuthenticateResult): DmarcPolicy {
  const { dmarc, dmarcSkipReason } = result
  // Several authors in From is how a message evades the policy of one (RFC 7489 §6.6.1).
  if (dmarcSkipReason?.startsWith('multiple-') === true) return 'quarantine'
  if (dmarc === false || dmarc.status.result !== 'fail' || mightPass(result)) return 'none'
  return dmarcPolicies.find(policy => policy === dmarc.policy) ?? 'none'
}

/** A check of the author's own domain could not be made; it is not the message that failed (RFC 7489 §6.6.2). */
function mightPass({ spf, dkim, dmarc }: AuthenticateResult): boolean {
  const author = dmarc === false ? '' : (dmarc.status.header?.from ?? '').toLowerCase()
  if (spf !== false && spf.status.result === 'temperror' && areKin(spf.domain.toLowerCase(), author)) return true
  return dkim.results.some(
    ({ status, signingDomain = '' }) => status.result === 'temperror' && areKin(signingDomain.toLowerCase(), author),
  )
}

/** One is the other or below it: what may align (RFC 7489 §3.1). */
function areKin(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`)
}
