/** An authenticator with nothing around it, for tests of mechanisms and of the authenticator itself. */
import { noMetrics, silentLog } from '@lemonade/net'
import type { Accounts } from '@lemonade/store'
import { Authenticator, type AuthenticatorParts } from './authenticator.ts'
import { Deriver } from './derive.ts'
import { defaultAuthLimits } from './limits.ts'
import { RecentLogins } from './recent-logins.ts'
import { Throttle } from './throttle.ts'

export function authenticatorOf(accounts: Accounts, parts: Partial<AuthenticatorParts> = {}): Authenticator {
  const limits = parts.limits ?? defaultAuthLimits
  const clock = parts.clock ?? Date.now
  return new Authenticator({
    accounts,
    deriver: new Deriver(100),
    throttle: new Throttle(limits, clock),
    recentLogins: new RecentLogins(limits, clock, octets => new Uint8Array(octets)),
    fakeSalting: () => ({ salt: new Uint8Array(16), iterations: 10 }),
    limits,
    clock,
    wait: async () => {},
    log: silentLog,
    metrics: noMetrics,
    ...parts,
  })
}
