/**
 * The resolver of routing, authentication and DANE: a stub (RFC 1034 §5.3.1) that asks recursive servers.
 *
 * - It validates nothing itself. An answer is secure where its server says so and is one that is trusted with that
 *   (RFC 7672 §2.1.1); the way to such a server must be safe, which the loopback interface is.
 * - An error never becomes "no records": whoever asks may have to hold mail back.
 */
import { randomInt } from 'node:crypto'
import { type Address, isLoopback } from '@lemonade/net'
import type { Answer } from 'dns-packet'
import type { MtaLimits } from '../limits.ts'
import { Cache } from './cache.ts'
import { exchange } from './exchange.ts'
import { plainName, type Reply } from './message.ts'
import { type Dns, type DnsAnswer, type DnsData, DnsError, type DnsType } from './record.ts'
import { recordOf } from './record-data.ts'

/** Whose AD bit is believed: that of servers on this machine, everybody's, or nobody's. */
export const dnssecTrusts = ['loopback', 'always', 'never'] as const
export type DnssecTrust = (typeof dnssecTrusts)[number]

export type DnsLimits = Pick<MtaLimits, 'dnsSeconds' | 'dnsRounds' | 'dnsAnswersKept' | 'dnsKeptSeconds'>

export interface ResolverOptions {
  /** Asked in this order. */
  readonly servers: readonly Address[]
  readonly trust: DnssecTrust
  readonly limits: DnsLimits
  readonly now?: () => number
}

/** Aliases of one question that are followed. */
const longestChain = 8

interface Kept {
  readonly answer: DnsAnswer<unknown>
  readonly seconds: number
}

export class DnsResolver implements Dns {
  readonly #options: ResolverOptions
  readonly #cache: Cache<Promise<Kept>>
  readonly #asking = new Map<string, Promise<Kept>>()

  constructor(options: ResolverOptions) {
    this.#options = options
    this.#cache = new Cache(options.limits.dnsAnswersKept, options.now ?? Date.now)
  }

  async look<T extends DnsType>(name: string, type: T): Promise<DnsAnswer<DnsData[T]>> {
    const plain = plainName(name)
    if (plain === null) throw new DnsError('EBADNAME', `${name} is no name in DNS`)
    const { answer } = await this.#kept(plain, type)
    return answer as DnsAnswer<DnsData[T]>
  }

  /** As `node:dns/promises` has it, for libraries that take a resolver of that shape. */
  async resolve(name: string, type: string): Promise<readonly unknown[]> {
    const { records, exists } = await this.look(name, type as DnsType)
    if (records.length > 0) return records
    const code = exists ? 'ENODATA' : 'ENOTFOUND'
    throw Object.assign(new Error(`query${type} ${code} ${name}`), { code })
  }

  #kept(name: string, type: DnsType): Promise<Kept> {
    const key = `${type} ${name}`
    const known = this.#cache.get(key) ?? this.#asking.get(key)
    if (known !== undefined) return known
    const asked = this.#ask(name, type)
      .then(kept => {
        this.#cache.set(key, asked, Math.min(kept.seconds, this.#options.limits.dnsKeptSeconds) * 1000)
        return kept
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, asked)
    return asked
  }

  /** Follows aliases that the server did not follow itself; one that is not secure makes all behind it so (RFC 7672 §2.1.3). */
  async #ask(name: string, type: DnsType): Promise<Kept> {
    let at = name
    let secure = true
    let seconds = Number.POSITIVE_INFINITY
    for (let step = 0; step < longestChain; step++) {
      const { reply, server } = await this.#reply(at, type)
      secure &&= reply.authentic && isTrusted(server, this.#options.trust)
      const { end, records, ttl } = followed(reply.answers, at, type)
      seconds = Math.min(seconds, ttl)
      const exists = reply.code !== 'no-name'
      const isEnd = end === at || records.length > 0 || !exists || reply.absenceSeconds !== null
      at = end
      if (!isEnd) continue
      if (records.length === 0) seconds = Math.min(seconds, reply.absenceSeconds ?? 0)
      return { answer: { records, exists, name: end, secure }, seconds }
    }
    throw new DnsError('EBADRESP', `${name} is an alias of an alias without end`)
  }

  /** The first server that knows; where none does, what the last one said. */
  async #reply(name: string, type: DnsType): Promise<{ readonly reply: Reply; readonly server: Address }> {
    const { servers, limits } = this.#options
    const milliseconds = limits.dnsSeconds * 1000
    let failed = new DnsError('ECONNREFUSED', 'no DNS server is configured')
    for (let round = 0; round < limits.dnsRounds; round++) {
      for (const server of servers) {
        try {
          const question = { id: randomInt(0x10000), name, type, edns: true }
          const first = await exchange(server, question, milliseconds)
          const reply =
            first.code === 'not-understood' ? await exchange(server, { ...question, edns: false }, milliseconds) : first
          if (reply.code === 'found' || reply.code === 'no-name') return { reply, server }
          failed = refusal(reply, server, name)
        } catch (error) {
          if (!(error instanceof DnsError)) throw error
          failed = error
        }
      }
    }
    throw failed
  }
}

function refusal({ code }: Reply, { host }: Address, name: string): DnsError {
  if (code === 'refused') return new DnsError('EREFUSED', `the DNS server ${host} does not answer for ${name}`)
  if (code === 'failed') return new DnsError('ESERVFAIL', `the DNS server ${host} could not look up ${name}`)
  return new DnsError('EBADRESP', `the DNS server ${host} does not understand questions`)
}

function isTrusted({ host }: Address, trust: DnssecTrust): boolean {
  return trust === 'always' || (trust === 'loopback' && isLoopback(host))
}

interface Followed {
  readonly end: string
  readonly records: readonly unknown[]
  readonly ttl: number
}

/** The records of a type at the end of the aliases that an answer has for a name. */
function followed(answers: readonly Answer[], name: string, type: DnsType): Followed {
  let end = name
  let ttl = Number.POSITIVE_INFINITY
  for (let step = 0; step < longestChain && type !== 'CNAME'; step++) {
    const alias = answers.find(answer => answer.type === 'CNAME' && plainName(answer.name) === end)
    if (alias?.type !== 'CNAME') break
    end = plainName(alias.data) ?? end
    ttl = Math.min(ttl, alias.ttl ?? 0)
  }
  const own = answers.filter(answer => answer.type === type && plainName(answer.name) === end)
  const records = own.map(recordOf)
  for (const answer of own) ttl = Math.min(ttl, 'ttl' in answer ? (answer.ttl ?? 0) : 0)
  return { end, records: records.filter(record => record !== null), ttl }
}
