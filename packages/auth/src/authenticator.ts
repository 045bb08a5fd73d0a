/**
 * Who is it? Looks accounts up, verifies secrets, counts failures. What holds here:
 * - A name without an account takes the same path and the same work as one with an account, to the same answer.
 * - An attempt is counted before it is verified, so that attempts side by side do not slip past a limit.
 */
import type { Log, Metrics } from '@lemonade/net'
import { peerOf } from '@lemonade/net'
import type { Account, Accounts, Credential } from '@lemonade/store'
import type { Channel } from './channel.ts'
import type { Deriver } from './derive.ts'
import { AuthError } from './error.ts'
import type { AuthLimits } from './limits.ts'
import { accountName } from './name.ts'
import { preparePassword } from './prepare.ts'
import type { RecentLogins } from './recent-logins.ts'
import type { Throttle } from './throttle.ts'
import { decodeVerifier, matches, type Salting, sameSalting, type Verifier } from './verifier.ts'

/** Somebody who has proved who they are. */
export interface Identity {
  readonly account: Account
  /** The label of the credential that was used; '' is the account's own password. */
  readonly credential: string
  /** Always the account's own name: nobody acts for somebody else. */
  readonly authorizedAs: string
}

export interface Candidate {
  readonly credential: Credential
  readonly verifier: Verifier
}

/** What is known of a name; of one without an account, what could be known. */
export interface Found {
  /** Null for a name that no account can have. */
  readonly name: string | null
  readonly account: Account | null
  /** What SCRAM announces. */
  readonly salting: Salting
  readonly candidates: readonly Candidate[]
}

/** The claim that an attempt makes, besides its secret. */
export interface Claim {
  readonly name: string
  /** '' where the client asks for no other identity. */
  readonly authorizationId: string
  readonly mechanism: string
  readonly channel: Channel
}

export interface AuthenticatorParts {
  readonly accounts: Accounts
  readonly deriver: Deriver
  readonly throttle: Throttle
  readonly recentLogins: RecentLogins
  /** Salting of a name without an account: the same each time. */
  readonly fakeSalting: (name: string) => Salting
  readonly limits: AuthLimits
  readonly clock: () => number
  readonly wait: (milliseconds: number) => Promise<void>
  readonly log: Log
  readonly metrics: Metrics
}

/** `lastUsedAt` is for people; a write a log-in would be too much for that. */
const useNotedMilliseconds = 3_600_000

export class Authenticator {
  readonly #parts: AuthenticatorParts
  readonly #count: (mechanism: string, result: string) => void

  constructor(parts: AuthenticatorParts) {
    this.#parts = parts
    const counter = parts.metrics.counter('lemonade_auth_attempts_total', 'Log-in attempts', ['mechanism', 'result'])
    this.#count = (mechanism, result) => counter.inc({ mechanism, result })
  }

  /** What the store knows of a name. Throws 'unavailable' where it does not answer. */
  async lookUp(rawName: string): Promise<Found> {
    const { accounts, fakeSalting, log } = this.#parts
    const name = accountName(rawName)
    try {
      const found = name === null ? null : await accounts.find(name)
      const account = found?.disabled ? null : found
      const credentials = await accounts.credentials(account?.id ?? nobody)
      const candidates = account === null ? [] : credentials.flatMap(candidate)
      const own = candidates.find(({ credential }) => credential.label === '') ?? candidates[0]
      return { name, account, candidates, salting: own?.verifier ?? fakeSalting(name ?? '') }
    } catch (error) {
      log.error({ err: error }, 'the store does not answer for a log-in')
      throw new AuthError('unavailable')
    }
  }

  /** Verifies a password, as PLAIN and LOGIN bring it. */
  password(claim: Claim, rawPassword: string): Promise<Identity> {
    return this.#attempt(claim, async found => {
      const password = preparePassword(rawPassword)
      const octets = Buffer.byteLength(password)
      return octets === 0 || octets > this.#parts.limits.passwordOctets ? null : this.#candidateOf(found, password)
    })
  }

  /** Verifies a proof: `proves` judges each candidate with the salting that was announced, or else the stranger. */
  async proof(
    claim: Claim,
    salting: Salting,
    proves: (verifier: Verifier) => boolean,
    stranger: Verifier,
  ): Promise<{ identity: Identity; verifier: Verifier }> {
    let proven = stranger
    const identity = await this.#attempt(claim, async found => {
      const candidates = found.candidates.filter(({ verifier }) => sameSalting(verifier, salting))
      const [proof] = candidates.filter(({ verifier }) => proves(verifier))
      if (candidates.length === 0) proves(stranger)
      if (proof === undefined) return null
      proven = proof.verifier
      return proof.credential
    })
    return { identity, verifier: proven }
  }

  async #attempt(claim: Claim, verify: (found: Found) => Promise<Credential | null>): Promise<Identity> {
    const { throttle } = this.#parts
    const { mechanism, channel, authorizationId } = claim
    const peer = peerOf(channel.remote)
    const name = accountName(claim.name)
    const retrySeconds = throttle.attempt(peer, name ?? '')
    if (retrySeconds > 0) {
      this.#count(mechanism, 'throttled')
      throw new AuthError('throttled', { retrySeconds })
    }
    let found: Found
    let credential: Credential | null
    try {
      found = await this.lookUp(claim.name)
      credential = await verify(found)
    } catch (error) {
      // Nothing was verified, so nothing was guessed.
      throttle.forget(peer, name ?? '')
      this.#count(mechanism, 'unavailable')
      throw error
    }
    const authorized = authorizationId === '' || accountName(authorizationId) === name
    if (found.account === null || credential === null) return this.#refuse(claim, found, throttle.failed(peer))
    if (!authorized) return this.#refuse(claim, found, throttle.failed(peer), 'unauthorized')
    throttle.succeeded(peer, name ?? '')
    this.#count(mechanism, 'ok')
    this.#noteUse(found.account, credential)
    return { account: found.account, credential: credential.label, authorizedAs: found.account.name }
  }

  async #candidateOf(found: Found, password: string): Promise<Credential | null> {
    const { recentLogins, deriver } = this.#parts
    const { account, candidates } = found
    const credentials = candidates.map(({ credential }) => credential)
    const recent = account === null ? null : recentLogins.label(account.id, password, credentials)
    if (recent !== null) return credentials.find(({ label }) => label === recent) ?? null
    let right: Credential | null = null
    for (const { salt, iterations } of saltings(found)) {
      const salted = await deriver.saltedPassword('SHA-256', password, salt, iterations)
      for (const { credential, verifier } of candidates) if (matches(verifier, salted)) right ??= credential
    }
    if (account !== null && right !== null) recentLogins.note(account.id, password, right.label, right.verifier)
    return right
  }

  async #refuse(
    { mechanism, channel }: Claim,
    { account }: Found,
    delay: number,
    reason: 'invalid' | 'unauthorized' = 'invalid',
  ): Promise<never> {
    const { log, wait } = this.#parts
    this.#count(mechanism, 'failed')
    // A name without an account may be a password typed into the wrong field: it is not logged.
    log.warn({ remote: channel.remote, mechanism, account: account?.name ?? null }, 'log-in failed')
    await wait(delay)
    throw new AuthError(reason)
  }

  #noteUse(account: Account, { label, lastUsedAt }: Credential): void {
    const { accounts, clock, log } = this.#parts
    if (lastUsedAt !== null && clock() - lastUsedAt < useNotedMilliseconds) return
    accounts.noteCredentialUse(account.id, label).catch(error => {
      log.warn({ err: error, account: account.name }, 'the use of a credential was not noted')
    })
  }
}

/** An account that no store has: asking for its credentials takes as long as asking for anybody's. */
const nobody = 0 as Account['id']

function candidate(credential: Credential): Candidate[] {
  const verifier = decodeVerifier(credential.verifier)
  return verifier === null ? [] : [{ credential, verifier }]
}

/** The different saltings of the candidates: one, unless two processes made an account's first passwords at a time. */
function saltings({ salting, candidates }: Found): Salting[] {
  const different: Salting[] = [salting]
  for (const { verifier } of candidates) {
    if (!different.some(known => sameSalting(known, verifier))) different.push(verifier)
  }
  return different
}
