/**
 * The `[limits]` of the configuration: every package's own limits, under one table of names.
 *
 * A limit is called after the part of the server that it bounds and its own name: `imap_line_octets`. A name without
 * the part (`message_octets`) sets it in every part that has a limit of that name; the longer name wins.
 */
import { suggestion } from './config/suggestion.ts'

/** Bounds of the http and the https listener, each. */
export interface HttpLimits {
  /** Connections at once. */
  readonly connections: number
  /** Connections at once from one IPv4 address or one IPv6 /64; the server's own machine is exempt. */
  readonly connectionsPerAddress: number
  /** Octets of a request's body. */
  readonly bodyOctets: number
  /** Header octets of a request. */
  readonly headerOctets: number
  /** Seconds that a request may take to arrive. */
  readonly requestSeconds: number
  /** Seconds that a client may take in nothing of an answer. */
  readonly sendSeconds: number
}

export const defaultHttpLimits: HttpLimits = {
  connections: 64,
  connectionsPerAddress: 16,
  bodyOctets: 16_384,
  headerOctets: 16_384,
  requestSeconds: 10,
  sendSeconds: 60,
}

/** Bounds of the program itself. */
export interface ServerLimits {
  /** Seconds that work under way may take to finish after SIGTERM. */
  readonly stopSeconds: number
  /** Names of one certificate by ACME. */
  readonly certificateNames: number
  /** Between two looks at whether a certificate by ACME is to be renewed. */
  readonly certificateLookSeconds: number
  /** Before an order that failed is repeated; each later one waits twice as long, up to 128 times. */
  readonly certificateRetrySeconds: number
}

export const defaultServerLimits: ServerLimits = {
  stopSeconds: 10,
  certificateNames: 100,
  certificateLookSeconds: 3600,
  certificateRetrySeconds: 300,
}

/** Limits of each part of the server, as its package exports them. Values are numbers. */
export type LimitGroups = Readonly<Record<string, object>>

/** `lineOctets` → `line_octets`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z0-9]+/g, (letters, at: number) => (at === 0 ? letters : `_${letters.toLowerCase()}`))
}

/** What a limit is called inside its part: the part's own name in front of it is not said twice. */
export function shortLimitName(group: string, name: string): string {
  const own = snakeCase(name)
  return own.startsWith(`${group}_`) ? own.slice(group.length + 1) : own
}

/** Every name that `[limits]` may hold. */
export function limitNames(groups: LimitGroups): readonly string[] {
  const names = new Set<string>()
  for (const [group, limits] of Object.entries(groups)) {
    for (const name of Object.keys(limits))
      names.add(shortLimitName(group, name)).add(`${group}_${shortLimitName(group, name)}`)
  }
  return [...names].sort()
}

/** The limits of one part with what is configured. */
export function limitsFor<T extends object>(
  group: string,
  defaults: T,
  configured: Readonly<Record<string, number>>,
): T {
  const merged = Object.entries(defaults).map(([name, value]) => {
    const own = shortLimitName(group, name)
    return [name, configured[`${group}_${own}`] ?? configured[own] ?? value]
  })
  return Object.fromEntries(merged) as T
}

/** A sentence a name that is no limit. */
export function unknownLimits(groups: LimitGroups, configured: Readonly<Record<string, number>>): readonly string[] {
  const names = limitNames(groups)
  return Object.keys(configured)
    .filter(name => !names.includes(name))
    .map(name => {
      const near = suggestion(name, names)
      return `limits.${name} is not a limit${near === null ? '' : `; did you mean ${near}?`}`
    })
}
