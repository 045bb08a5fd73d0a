/**
 * Signs what goes out (RFC 6376 §5), as it goes out: what a server gets that takes seven bits only is another message
 * than the one in the queue, and a message that waits for days has a key that is in use when it leaves.
 */
import { createPrivateKey } from 'node:crypto'
import { asciiDomain } from '@lemonade/esmtp'
import { headerFields, mailboxes, parseAddressList, unfoldedText } from '@lemonade/mime'
import type { Counter, Log, Metrics } from '@lemonade/net'
import type { DkimKey, Instant, Store } from '@lemonade/store'
import { Cache } from '../dns/cache.ts'
import type { Sendable } from '../outbound/seven-bits.ts'
import { dkimAlgorithms } from './key.ts'
import { RelaxedBodyHash } from './relaxed.ts'
import { type SigningKey, signatureFields } from './signature.ts'

export interface SignerOptions {
  readonly store: Store
  readonly hostname: string
  /** A message with a longer header is not signed. */
  readonly headerOctets: number
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Instant
}

/** A message to many domains is read once for all of them. */
const [signaturesKept, signaturesKeptMilliseconds] = [100, 600_000]
const [keysKept, keysKeptMilliseconds] = [1000, 86_400_000]

const LF = 10
const CR = 13

export class Signer {
  readonly #options: SignerOptions
  readonly #outcomes: Counter
  readonly #signatures: Cache<string>
  readonly #keys: Cache<SigningKey>

  constructor(options: SignerOptions) {
    this.#options = options
    this.#outcomes = options.metrics.counter('lemonade_mta_signed_total', 'Messages that could be signed, by outcome', [
      'outcome',
    ])
    this.#signatures = new Cache(signaturesKept, options.now)
    this.#keys = new Cache(keysKept, options.now)
  }

  /**
   * The message with signatures in front, where its author's domain has keys; else as it is. `name` says what octets they
   * are. Never rejects for the sake of a signature: mail without one arrives, mail that is held does not.
   */
  async signed(message: Sendable, name: string): Promise<Sendable> {
    try {
      const fields = await this.#fields(message, name)
      this.#outcomes.inc({ outcome: fields === '' ? 'unsigned' : 'signed' })
      return fields === '' ? message : withPrefix(message, Buffer.from(fields))
    } catch (error) {
      this.#outcomes.inc({ outcome: 'failed' })
      this.#options.log.error({ err: error, message: name }, 'a message could not be signed, and goes without')
      return message
    }
  }

  /** '' where nothing is to be signed. */
  async #fields(message: Sendable, name: string): Promise<string> {
    const { now, headerOctets } = this.#options
    const reading = message.read()[Symbol.asyncIterator]()
    try {
      const head = await headOf(reading, headerOctets)
      if (head === null) return ''
      const keys = await this.#keysFor(authorDomain(head.header))
      if (keys.length === 0) return ''
      const cacheKey = JSON.stringify([name, keys.map(({ domain, selector }) => [domain, selector])])
      const known = this.#signatures.get(cacheKey)
      if (known !== undefined) return known
      const hash = new RelaxedBodyHash()
      hash.write(head.rest)
      for (let next = await reading.next(); next.done !== true; next = await reading.next()) hash.write(next.value)
      const fields = await signatureFields(head.header, hash.digest(), keys, now())
      this.#signatures.set(cacheKey, fields, signaturesKeptMilliseconds)
      return fields
    } finally {
      await reading.return?.()
    }
  }

  /**
   * The active keys that align with the domain (RFC 7489 §3.1.1): its own; for mail of this host itself, those of the
   * domain that the host is in.
   */
  async #keysFor(domain: string | null): Promise<readonly SigningKey[]> {
    const { store, hostname } = this.#options
    for (let at = domain; at !== null; at = domain === hostname ? parentOf(at) : null) {
      const active = (await store.dkimKeys.list(at)).filter(({ state }) => state === 'active').toSorted(byAlgorithm)
      if (active.length > 0) return Promise.all(active.map(key => this.#open(key)))
    }
    return []
  }

  async #open(key: DkimKey): Promise<SigningKey> {
    const { domain, selector, algorithm } = key
    const name = `${selector}.${domain} ${key.madeAt}`
    const known = this.#keys.get(name)
    if (known !== undefined) return known
    const der = await this.#options.store.dkimKeys.privateKey(key)
    if (der === null) throw new Error(`the key ${name} is gone`)
    const opened = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    const found = { domain: asciiDomain(domain), selector, algorithm, key: opened }
    this.#keys.set(name, found, keysKeptMilliseconds)
    return found
  }
}

const byAlgorithm = (a: DkimKey, b: DkimKey) =>
  dkimAlgorithms.indexOf(a.algorithm) - dkimAlgorithms.indexOf(b.algorithm)

/** RFC 5322 §3.6: there is one From; a message with none or several is signed by nobody. */
function authorDomain(header: Uint8Array): string | null {
  const [from, other] = headerFields(header).filter(({ nameLower }) => nameLower === 'from')
  if (from === undefined || other !== undefined) return null
  const [author] = mailboxes(parseAddressList(unfoldedText(header, from)))
  return author === undefined || author.host === '' ? null : author.host.toLowerCase()
}

/** The domain above; null where that is no domain that anybody has to oneself. */
function parentOf(domain: string): string | null {
  const parent = domain.slice(domain.indexOf('.') + 1)
  return parent.includes('.') && parent !== domain ? parent : null
}

interface Head {
  readonly header: Uint8Array
  /** What came with it of the body. */
  readonly rest: Uint8Array
}

/** Reads to the end of the header; null where that is too far. A message may have nothing else. */
async function headOf(reading: AsyncIterator<Uint8Array>, limit: number): Promise<Head | null> {
  let octets = Buffer.alloc(0)
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
    octets = Buffer.concat([octets, next.value])
    const end = bodyStart(octets)
    if (end !== null && end <= limit) return { header: octets.subarray(0, end), rest: octets.subarray(end) }
    if (end !== null || octets.length > limit) return null
  }
  return { header: octets, rest: new Uint8Array() }
}

/** Behind the first empty line; null where there is none yet. */
function bodyStart(octets: Uint8Array): number | null {
  for (let lf = octets.indexOf(LF); lf !== -1; lf = octets.indexOf(LF, lf + 1)) {
    if (octets[lf + 1] === LF) return lf + 2
    if (octets[lf + 1] === CR && octets[lf + 2] === LF) return lf + 3
  }
  return null
}

function withPrefix(message: Sendable, prefix: Uint8Array): Sendable {
  return {
    octets: prefix.length + message.octets,
    read: async function* () {
      yield prefix
      yield* message.read()
    },
  }
}
