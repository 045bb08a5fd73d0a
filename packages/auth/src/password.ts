/** Setting passwords: what is accepted, and what is kept of them. */
import { randomBytes } from 'node:crypto'
import type { AccountId, Accounts } from '@lemonade/store'
import type { Deriver } from './derive.ts'
import type { AuthLimits } from './limits.ts'
import { preparePassword } from './prepare.ts'
import { decodeVerifier, deriveVerifier, encodeVerifier, iterations, type Salting, saltOctets } from './verifier.ts'

/** A password or a label that cannot be set; the message is a sentence for whoever sets it. */
export class PasswordError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PasswordError'
  }
}

const labelCharacters = 64
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/

/** Lower case and digits without l, o, 0 and 1: 32 of them, 5 bits each. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
const groups = 4
const groupCharacters = 5

/** A password of 100 random bits that can be read aloud: four groups of five. */
export function generatePassword(random: (octets: number) => Uint8Array = randomBytes): string {
  const characters = Array.from(random(groups * groupCharacters), octet => alphabet[octet % alphabet.length]).join('')
  return characters.match(new RegExp(`.{${groupCharacters}}`, 'g'))?.join('-') ?? characters
}

export class Passwords {
  readonly #accounts: Accounts
  readonly #deriver: Deriver
  readonly #limits: AuthLimits
  readonly #random: (octets: number) => Uint8Array
  /** One change at a time an account, so that its passwords come to share their salt. */
  readonly #changes = new Map<AccountId, Promise<void>>()

  constructor(accounts: Accounts, deriver: Deriver, limits: AuthLimits, random: (octets: number) => Uint8Array) {
    this.#accounts = accounts
    this.#deriver = deriver
    this.#limits = limits
    this.#random = random
  }

  /** Sets or replaces the password under a label. Throws PasswordError. */
  async set(account: AccountId, rawPassword: string, label: string): Promise<void> {
    const password = this.#accept(rawPassword, label)
    const before = this.#changes.get(account) ?? Promise.resolve()
    const change = before.then(() => this.#derive(account, password, label))
    const settled = change.catch(() => {})
    this.#changes.set(account, settled)
    try {
      await change
    } finally {
      if (this.#changes.get(account) === settled) this.#changes.delete(account)
    }
  }

  #accept(rawPassword: string, label: string): string {
    if (label.length > labelCharacters || control.test(label)) {
      throw new PasswordError(
        `The name of an app password has at most ${labelCharacters} characters, none of them control.`,
      )
    }
    if (rawPassword === '') throw new PasswordError('A password must not be empty.')
    if (control.test(rawPassword)) throw new PasswordError('A password must not hold control characters.')
    const password = preparePassword(rawPassword)
    const { passwordOctets } = this.#limits
    if (Buffer.byteLength(password) > passwordOctets) {
      throw new PasswordError(`A password must not be longer than ${passwordOctets} octets of UTF-8.`)
    }
    return password
  }

  async #derive(account: AccountId, password: string, label: string): Promise<void> {
    const credentials = await this.#accounts.credentials(account)
    const others = credentials.filter(credential => credential.label !== label)
    if (others.length >= this.#limits.credentialsPerAccount) {
      throw new PasswordError(
        `An account has at most ${this.#limits.credentialsPerAccount} passwords; remove one first.`,
      )
    }
    const own = others.find(credential => credential.label === '') ?? others[0]
    const shared: Salting | null = own === undefined ? null : decodeVerifier(own.verifier)
    const salting = shared ?? { salt: this.#random(saltOctets), iterations }
    const verifier = await deriveVerifier(this.#deriver, password, salting)
    await this.#accounts.setCredential(account, label, encodeVerifier(verifier))
  }
}
