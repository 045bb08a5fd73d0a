/** For tests of authentication: an Internet of a few records, keys, and a server that checks against them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Store } from '@lemonade/store'
import { dkimSign } from 'mailauth'
import type { MtaLimits } from '../limits.ts'
import type { MtaOptions, MtaService } from '../service.ts'
import { startMta } from '../testing.ts'
import type { RecordResolver } from './lookups.ts'
import { networks } from './networks.ts'
import type { DmarcPolicy } from './policy.ts'

/** Answers, or the code of an error, by `TYPE name`; `never` is a server that does not answer. */
export type Names = Readonly<Record<string, unknown>>

export function resolverOf(names: Names, asked: string[] = []): RecordResolver {
  return {
    resolve: async (name, type) => {
      const question = `${type} ${name.toLowerCase()}`
      asked.push(question)
      const answer = names[question] ?? 'ENOTFOUND'
      if (answer === 'never') return new Promise(() => {})
      if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer })
      return answer
    },
  }
}

/** Records of TXT type. */
export const txt = (...texts: readonly string[]) => texts.map(text => [text])

const none = networks([]) ?? undefined

export function startChecking(
  store: Store,
  names: Names,
  policy: DmarcPolicy = 'none',
  options: Partial<Omit<MtaOptions, 'limits'>> & { readonly limits?: Partial<MtaLimits> } = {},
): Promise<MtaService> {
  if (none === undefined) throw new Error('no networks')
  return startMta(store, { authentication: { policy, resolver: resolverOf(names) }, exempt: none, ...options })
}

export interface SigningKey {
  readonly privateKey: string
  readonly record: ReturnType<typeof txt>
}

/** RSA (RFC 6376 §3.3.2) and Ed25519 (RFC 8463 §4.2). */
export function keyOf(type: 'rsa' | 'ed25519'): SigningKey {
  const { privateKey, publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  const octets = publicKey.export({ type: 'spki', format: 'der' })
  const bare = (type === 'rsa' ? octets : octets.subarray(-32)).toString('base64')
  return { privateKey: pemOf(privateKey), record: txt(`v=DKIM1; k=${type}; p=${bare}`) }
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The message with a signature of each selector in front. */
export async function signed(
  message: string,
  domain: string,
  keys: readonly (readonly [selector: string, key: SigningKey])[],
): Promise<string> {
  let signatures = ''
  for (const [selector, { privateKey }] of keys) {
    const signature = { signingDomain: domain, selector, privateKey }
    const result = await dkimSign(message, { ...signature, signatureData: [signature] })
    if (result.errors.length > 0) throw new Error(`cannot sign: ${JSON.stringify(result.errors)}`)
    signatures += result.signatures
  }
  return `${signatures}${message}`
}
