/** Key pairs of domains, and what DNS has of them (RFC 6376 §3.6.1, RFC 8463 §4). */
import { createPublicKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { asciiDomain } from '@lemonade/esmtp'
import type { DkimKey, NewDkimKey, Store } from '@lemonade/store'

/** Every message is signed with each: who does not know Ed25519 yet verifies RSA (RFC 8463 §3). */
export const dkimAlgorithms = ['rsa', 'ed25519'] as const satisfies readonly DkimKey['algorithm'][]

/** RFC 8301 §3.2 asks for this; more does not fit one answer of DNS by UDP together with its signatures. */
const modulusBits = 2048

const generate = promisify(generateKeyPair)

/** The name that a key's record has, in A-labels. */
export function dkimName({ selector, domain }: Pick<DkimKey, 'selector' | 'domain'>): string {
  return `${selector}._domainkey.${asciiDomain(domain)}`
}

/** The text of its record. */
export function dkimRecord({ algorithm, publicKey }: Pick<DkimKey, 'algorithm' | 'publicKey'>): string {
  return `v=DKIM1; k=${algorithm}; p=${bareKey(algorithm, publicKey).toString('base64')}`
}

/** True for the text of a record that holds this key, whatever else it says. */
export function isRecordOf(text: string, { algorithm, publicKey }: Pick<DkimKey, 'algorithm' | 'publicKey'>): boolean {
  const tags = new Map(text.split(';').map(tag => tag.split(/=(.*)/s).map(part => part.trim()) as [string, string]))
  const isKind = (tags.get('v') ?? 'DKIM1') === 'DKIM1' && (tags.get('k') ?? 'rsa') === algorithm
  return isKind && tags.get('p')?.replace(/\s/g, '') === bareKey(algorithm, publicKey).toString('base64')
}

/** Of RSA the SubjectPublicKeyInfo, of Ed25519 the 32 octets of the key. */
function bareKey(algorithm: DkimKey['algorithm'], publicKey: Uint8Array): Buffer {
  const der = Buffer.from(publicKey)
  if (algorithm === 'rsa') return der
  const { x } = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/** Those that are on their way to take the place of the active ones. */
export function isWaiting({ state }: DkimKey): boolean {
  return state === 'prepared' || state === 'published'
}

/** Makes the first keys of a domain where it lacks them. Throws no-such-domain. */
export async function ensureDkimKeys(store: Store, domain: string, now: number): Promise<readonly DkimKey[]> {
  const keys = await store.dkimKeys.list(domain)
  const missing = dkimAlgorithms.filter(
    algorithm => !keys.some(key => key.algorithm === algorithm && key.state !== 'retired'),
  )
  return missing.length === 0 ? keys : makeDkimKeys(store, domain, missing, now)
}

/** Makes a key of each algorithm, and answers all keys of the domain. Throws no-such-domain. */
export async function makeDkimKeys(
  store: Store,
  domain: string,
  algorithms: readonly DkimKey['algorithm'][],
  now: number,
): Promise<readonly DkimKey[]> {
  const pairs = await Promise.all(algorithms.map(keyPair))
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '')
  for (let attempt = 1; ; attempt++) {
    const ending = attempt === 1 ? '' : `-${attempt}`
    const keys = pairs.map(pair => ({ ...pair, domain, selector: `${pair.algorithm}-${day}${ending}` }))
    if (await store.dkimKeys.add(keys)) return store.dkimKeys.list(domain)
  }
}

async function keyPair(algorithm: DkimKey['algorithm']): Promise<Omit<NewDkimKey, 'domain' | 'selector'>> {
  const { publicKey, privateKey } =
    algorithm === 'rsa' ? await generate('rsa', { modulusLength: modulusBits }) : await generate('ed25519')
  return {
    algorithm,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    privateKey: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
  }
}
