/**
 * What is stored of a password: salt, iteration count, and the SCRAM keys for both hashes, as JSON.
 *
 * SCRAM announces salt and count before it knows which of an account's passwords the client holds, so all passwords of
 * an account share them.
 */
import { timingSafeEqual } from 'node:crypto'
import { type Deriver, type Hash, hashes, keysOf, type ScramKeys } from './derive.ts'

/** RFC 7677 §4 asks for at least 15,000. SHA-256 takes 9 ms of one core here, SHA-1 3 ms. */
export const iterations = 20_000
export const saltOctets = 16

/** What a derivation depends on besides the password. */
export interface Salting {
  readonly salt: Uint8Array
  readonly iterations: number
}

export interface Verifier extends Salting {
  readonly keys: Readonly<Record<Hash, ScramKeys>>
}

const version = 1
/** Past this a verifier is a mistake or an attack on the processor. */
const mostIterations = 10_000_000

/** Derives the verifier of a prepared password. */
export async function deriveVerifier(deriver: Deriver, password: string, salting: Salting): Promise<Verifier> {
  const { salt, iterations } = salting
  return {
    salt,
    iterations,
    keys: {
      'SHA-1': await deriver.keys('SHA-1', password, salt, iterations),
      'SHA-256': await deriver.keys('SHA-256', password, salt, iterations),
    },
  }
}

export function encodeVerifier(verifier: Verifier): string {
  const keys = (hash: Hash) => ({
    stored: base64(verifier.keys[hash].storedKey),
    server: base64(verifier.keys[hash].serverKey),
  })
  return JSON.stringify({
    scram: version,
    salt: base64(verifier.salt),
    iterations: verifier.iterations,
    'SHA-1': keys('SHA-1'),
    'SHA-256': keys('SHA-256'),
  })
}

/** Null for a text that is no verifier of ours: nobody logs in with it. */
export function decodeVerifier(text: string): Verifier | null {
  const { scram, salt: saltText, iterations: count, ...keys } = fieldsOf(parse(text))
  if (scram !== version) return null
  const salt = octetsOf(saltText)
  const sha1 = keysIn(keys['SHA-1'], 'SHA-1')
  const sha256 = keysIn(keys['SHA-256'], 'SHA-256')
  if (salt === null || salt.length === 0 || sha1 === null || sha256 === null) return null
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > mostIterations) return null
  return { salt, iterations: count, keys: { 'SHA-1': sha1, 'SHA-256': sha256 } }
}

/** Whether the salted password (SHA-256) is the verifier's; takes as long either way. */
export function matches(verifier: Verifier, saltedPassword: Uint8Array): boolean {
  return timingSafeEqual(keysOf('SHA-256', saltedPassword).storedKey, verifier.keys['SHA-256'].storedKey)
}

export function sameSalting(a: Salting, b: Salting): boolean {
  return a.iterations === b.iterations && Buffer.compare(a.salt, b.salt) === 0
}

function keysIn(value: unknown, hash: Hash): ScramKeys | null {
  const { stored, server } = fieldsOf(value)
  const storedKey = octetsOf(stored)
  const serverKey = octetsOf(server)
  const { octets } = hashes[hash]
  return storedKey?.length === octets && serverKey?.length === octets ? { storedKey, serverKey } : null
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function octetsOf(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : null
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64')
}
