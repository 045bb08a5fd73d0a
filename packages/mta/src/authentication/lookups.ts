/** DNS as the checks of one message may use it: so many questions, and so much time for all of them. */
import type { DNSResolver } from 'mailauth'

/** DNS in the shape of `node:dns/promises`, which the library takes; tests bring their own. */
export interface RecordResolver {
  /** Rejects with an error whose `code` is ENOTFOUND or ENODATA where there is nothing. */
  resolve(name: string, type: string): Promise<unknown>
}

export interface Lookups {
  readonly resolve: DNSResolver
  /** Gives up what is under way. */
  end(): void
}

/**
 * Past the last question, or behind the time that all have together, answers are time-outs, which each check turns into
 * its `temperror`.
 */
export function lookups(resolver: RecordResolver, limit: number, seconds: number): Lookups {
  let asked = 0
  const late = Promise.withResolvers<never>()
  late.promise.catch(() => {})
  const timer = setTimeout(() => late.reject(timeout()), seconds * 1000)
  return {
    resolve: async (name, type) => {
      asked++
      if (asked > limit) throw timeout()
      const answer = resolver.resolve(name, type)
      // Whoever lost the race may still fail, and nobody would hear of it.
      answer.catch(() => {})
      // The library reads what belongs to the type, which for MX are objects.
      return (await Promise.race([answer, late.promise])) as string[]
    },
    end: () => clearTimeout(timer),
  }
}

function timeout(): Error {
  return Object.assign(new Error('DNS does not answer in time'), { code: 'ETIMEOUT' })
}
