/** PBKDF2 on the thread pool, a few at a time: what a flood of log-ins may take of the machine is bounded. */
import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { AuthError } from './error.ts'

const run = promisify(pbkdf2)

/** Of the pool's four threads: file and compression work of others goes on. */
const atOnce = 2

export const hashes = { 'SHA-1': { node: 'sha1', octets: 20 }, 'SHA-256': { node: 'sha256', octets: 32 } } as const
export type Hash = keyof typeof hashes

/** What a SCRAM server keeps of a password (RFC 5802 §3). */
export interface ScramKeys {
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export class Deriver {
  readonly #waitingLimit: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(waitingLimit: number) {
    this.#waitingLimit = waitingLimit
  }

  /** SaltedPassword := Hi(Normalize(password), salt, i) (RFC 5802 §3). Throws 'unavailable' where too many wait. */
  async saltedPassword(hash: Hash, password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= this.#waitingLimit) throw new AuthError('unavailable')
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    } else {
      this.#running++
    }
    try {
      return await run(password, salt, iterations, hashes[hash].octets, hashes[hash].node)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  async keys(hash: Hash, password: string, salt: Uint8Array, iterations: number): Promise<ScramKeys> {
    return keysOf(hash, await this.saltedPassword(hash, password, salt, iterations))
  }
}

export function keysOf(hash: Hash, saltedPassword: Uint8Array): ScramKeys {
  const { node } = hashes[hash]
  const clientKey = createHmac(node, saltedPassword).update('Client Key').digest()
  return {
    storedKey: digest(hash, clientKey),
    serverKey: createHmac(node, saltedPassword).update('Server Key').digest(),
  }
}

export function digest(hash: Hash, octets: Uint8Array): Uint8Array {
  return createHash(hashes[hash].node).update(octets).digest()
}

export function hmac(hash: Hash, key: Uint8Array, text: string): Uint8Array {
  return createHmac(hashes[hash].node, key).update(text).digest()
}
