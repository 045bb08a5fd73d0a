/** Authentication as the protocols see it: which mechanisms a channel may use, and exchanges that end in an identity. */
import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type Log, type Metrics, noMetrics, silentLog } from '@lemonade/net'
import type { AccountId, Store } from '@lemonade/store'
import { Authenticator, type Identity } from './authenticator.ts'
import { type Channel, canBind } from './channel.ts'
import { Deriver } from './derive.ts'
import { AuthError } from './error.ts'
import { type AuthLimits, defaultAuthLimits } from './limits.ts'
import { generatePassword, Passwords } from './password.ts'
import { RecentLogins } from './recent-logins.ts'
import { mechanisms } from './sasl/index.ts'
import type { Exchange } from './sasl/mechanism.ts'
import { persistentSecret } from './secret.ts'
import { Throttle } from './throttle.ts'
import { iterations, saltOctets } from './verifier.ts'

export interface Auth {
  /** Mechanisms that the channel may use, the strongest first; none where it must get TLS first. */
  mechanisms(channel: Channel): readonly string[]
  /** Throws 'plaintext-refused' or 'unknown-mechanism'. The name is taken in any case. */
  begin(mechanism: string, channel: Channel): Exchange
  /** A name and a password as IMAP's LOGIN brings them. Rejects with AuthError. */
  login(name: string, password: string, channel: Channel): Promise<Identity>
  /** False where nothing may be used: IMAP then says LOGINDISABLED. */
  mayLogin(channel: Channel): boolean
  /** Sets the account's own password, or with a label an app password. Throws PasswordError. */
  setPassword(account: AccountId, password: string, label?: string): Promise<void>
  generatePassword(): string
}

export interface AuthOptions {
  readonly store: Pick<Store, 'accounts' | 'directory'>
  /** "loopback": peers on this machine may log in without TLS. */
  readonly allowPlaintext: 'never' | 'loopback'
  readonly limits?: Partial<AuthLimits>
  /** Milliseconds since 1970. */
  readonly clock?: () => number
  readonly random?: (octets: number) => Uint8Array
  readonly wait?: (milliseconds: number) => Promise<void>
  /** Default: a file in the store's directory. */
  readonly secret?: Uint8Array
  readonly log?: Log
  readonly metrics?: Metrics
}

export function openAuth(options: AuthOptions): Auth {
  const { store, allowPlaintext, clock = Date.now, random = randomBytes } = options
  const { accounts } = store
  const limits = { ...defaultAuthLimits, ...options.limits }
  const secret = options.secret ?? persistentSecret(store.directory)
  const deriver = new Deriver(limits.waitingDerivations)
  const passwords = new Passwords(accounts, deriver, limits, random)
  const authenticator = new Authenticator({
    accounts,
    deriver,
    throttle: new Throttle(limits, clock),
    recentLogins: new RecentLogins(limits, clock, random),
    fakeSalting: name => ({
      salt: createHmac('sha256', secret).update(name).digest().subarray(0, saltOctets),
      iterations,
    }),
    limits,
    clock,
    wait: options.wait ?? (milliseconds => wait(milliseconds, undefined, { ref: false })),
    log: options.log ?? silentLog,
    metrics: options.metrics ?? noMetrics,
  })

  const mayLogin = (channel: Channel) => channel.secure || (allowPlaintext === 'loopback' && channel.loopback)
  const offered = (channel: Channel) =>
    mayLogin(channel) ? mechanisms.filter(({ bound }) => !bound || canBind(channel)) : []

  return {
    mayLogin,
    mechanisms: channel => offered(channel).map(({ name }) => name),
    begin(mechanism, channel) {
      if (!mayLogin(channel)) throw new AuthError('plaintext-refused')
      const wanted = mechanism.toUpperCase()
      const found = offered(channel).find(({ name }) => name === wanted)
      if (found === undefined) throw new AuthError('unknown-mechanism')
      return bounded(found.begin(authenticator, channel), limits.responseOctets)
    },
    async login(name, password, channel) {
      if (!mayLogin(channel)) throw new AuthError('plaintext-refused')
      return authenticator.password({ name, authorizationId: '', mechanism: 'password', channel }, password)
    },
    setPassword: (account, password, label = '') => passwords.set(account, password, label),
    generatePassword: () => generatePassword(random),
  }
}

/** An exchange that takes no response past the limit, and no step after its end. */
function bounded(exchange: Exchange, responseOctets: number): Exchange {
  let over = false
  return {
    serverFirst: exchange.serverFirst,
    async step(response) {
      if (over) throw new AuthError('malformed', { message: 'The exchange is over' })
      over = true
      if (response !== null && response.length > responseOctets) {
        throw new AuthError('malformed', { message: `A response has at most ${responseOctets} octets` })
      }
      const step = await exchange.step(response)
      over = 'identity' in step
      return step
    },
  }
}
