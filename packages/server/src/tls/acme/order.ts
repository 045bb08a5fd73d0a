/** One order of a certificate, from the account to the chain (RFC 8555 §7), by acme-client. */
import { generateKeyPair } from 'node:crypto'
import { Agent, get } from 'node:https'
import { promisify } from 'node:util'
import type { Authorization, Client } from 'acme-client'
import type { AcmeChallenge, AcmeConfig } from '../../config/tls.ts'
import { messageOf } from '../../problem.ts'
import type { Challenges } from './challenges.ts'

export interface OrderOptions {
  readonly acme: Omit<AcmeConfig, 'authorityFile'>
  /** PEM of what the ACME server's certificate must descend from; null for the system's list. */
  readonly authority: string | null
  readonly accountKey: string
  readonly names: readonly string[]
  /** The certificate's key, PEM. */
  readonly key: string
  readonly challenges: Challenges
  /** Between two looks at an order that is not ready. */
  readonly pollMilliseconds?: number
}

/** Names of which the authority did not believe that they are this server's. */
export class NamesRefused extends Error {
  readonly names: readonly string[]

  constructor(failed: readonly { readonly name: string; readonly reason: string }[]) {
    super(failed.map(({ name, reason }) => `${name}: ${reason}`).join('; '))
    this.name = 'NamesRefused'
    this.names = failed.map(({ name }) => name)
  }
}

/** Every client that speaks TLS 1.2 verifies RSA; 2048 bits hold until 2030 (NIST SP 800-57). */
const modulusBits = 2048
const requestMilliseconds = 30_000
/** Of one answer of the authority. */
const answerOctets = 1_048_576
const polls = 10

/** Answers with the chain, PEM. Throws what the authority, or the way to it, said. */
export async function orderCertificate(options: OrderOptions): Promise<string> {
  try {
    return await order(options)
  } catch (error) {
    // What the library makes of a connection that breaks.
    if (error instanceof TypeError) throw new Error('the connection with the authority broke', { cause: error })
    throw error
  }
}

async function order(options: OrderOptions): Promise<string> {
  const { acme, accountKey, names, key, pollMilliseconds = 5_000 } = options
  // Needed now and then, and by some servers only.
  const [{ default: library }, { certificateRequest }] = await Promise.all([
    import('acme-client'),
    import('./documents.ts'),
  ])
  await reach(acme.directory, options.authority)
  setUp(library.axios.defaults, options.authority)
  const { contact, binding } = acme
  const client = new library.Client({
    directoryUrl: acme.directory,
    accountKey,
    backoffAttempts: polls,
    backoffMin: pollMilliseconds,
    backoffMax: 6 * pollMilliseconds,
    ...(binding === null ? {} : { externalAccountBinding: { kid: binding.keyId, hmacKey: binding.key } }),
  })
  await client.createAccount({
    // Whoever configures an authority has agreed to its terms.
    termsOfServiceAgreed: true,
    ...(contact === '' ? {} : { contact: [`mailto:${contact}`] }),
  })
  const placed = await client.createOrder({ identifiers: names.map(value => ({ type: 'dns', value })) })
  const authorizations = await client.getAuthorizations(placed)
  const proofs = await Promise.allSettled(authorizations.map(each => prove(client, each, options)))
  const failed = proofs.flatMap((proof, at) => {
    const name = authorizations[at]?.identifier.value
    return proof.status === 'rejected' && name !== undefined ? [{ name, reason: messageOf(proof.reason) }] : []
  })
  if (failed.length > 0) throw new NamesRefused(failed)
  const finalized = await client.finalizeOrder(placed, certificateRequest(names, key))
  return client.getCertificate(finalized)
}

/** Shows that a name is this server's. No proof is asked for that the authority has already (RFC 8555 §7.1.3). */
async function prove(client: Client, authorization: Authorization, options: OrderOptions): Promise<void> {
  const { acme, challenges } = options
  if (authorization.status === 'valid') return
  const name = authorization.identifier.value
  const challenge = authorization.challenges.find(({ type }) => type === acme.challenge)
  if (challenge === undefined) throw new Error(`the authority offers no ${acme.challenge} for ${name}`)
  const keyAuthorization = await client.getChallengeKeyAuthorization(challenge)
  const end = await show(name, challenge.token, keyAuthorization, acme.challenge, challenges)
  try {
    await client.completeChallenge(challenge)
    await client.waitForValidStatus(challenge)
  } finally {
    end()
  }
}

/** Calls back to take it away again. */
async function show(
  name: string,
  token: string,
  keyAuthorization: string,
  kind: AcmeChallenge,
  challenges: Challenges,
): Promise<() => void> {
  if (kind === 'http-01') {
    challenges.setPage(token, keyAuthorization)
    return () => challenges.endPage(token)
  }
  const { challengeCertificate } = await import('./documents.ts')
  const key = await newKey()
  challenges.tlsAlpn.show(name, challengeCertificate(name, keyAuthorization, key), key)
  return () => challenges.tlsAlpn.end(name)
}

/** The library does not say why an authority cannot be reached; this does. */
function reach(directory: string, authority: string | null): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const options = { ...(authority === null ? {} : { ca: authority }), agent: false, timeout: requestMilliseconds }
  const asked = get(directory, options, ({ statusCode = 0 }) => {
    asked.destroy()
    if (statusCode === 200) resolve()
    else reject(new Error(`${directory} answers with status ${statusCode}`))
  })
  asked.on('timeout', () => asked.destroy(new Error(`${directory} does not answer`)))
  asked.on('error', error => reject(new Error(`${directory} cannot be reached: ${error.message}`)))
  return promise
}

/** Of the library's own HTTP client, of which there is one a process. */
function setUp(defaults: object, authority: string | null): void {
  Object.assign(defaults, {
    ...{ timeout: requestMilliseconds, maxContentLength: answerOctets, proxy: false },
    httpsAgent: authority === null ? undefined : new Agent({ ca: authority }),
    // Whoever ordered tries again later, and says so in the log.
    acmeSettings: { retryMaxAttempts: 1, retryDefaultDelay: 1 },
  })
}

/** A new key for a certificate or an account, PEM. */
export async function newKey(): Promise<string> {
  const made = await promisify(generateKeyPair)('rsa', {
    modulusLength: modulusBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return made.privateKey
}
