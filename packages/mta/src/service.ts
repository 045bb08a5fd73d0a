import type { BlockList } from 'node:net'
import {
  binaryMime,
  chunking,
  deliverBy,
  dsn,
  eightBitMime,
  enhancedStatusCodes,
  limits as limitsExtension,
  mtPriority,
  pipelining,
  requireTls,
  serveEsmtp,
  size,
  smtpUtf8,
  startTls,
} from '@lemonade/esmtp'
import { type AnswerOptions, type ContentTests, noContentTests, ScriptFiles } from '@lemonade/filter'
import {
  type Address,
  type Endpoint,
  isLoopback,
  type Log,
  type Metrics,
  type Proxies,
  Rate,
  type TlsSource,
} from '@lemonade/net'
import type { Instant, Store } from '@lemonade/store'
import { defaultSieveLimits, type SieveExtension, type SieveLimits } from 'sieve.js'
import { type AuthenticationOptions, Authenticator } from './authentication/authenticator.ts'
import type { RecordResolver } from './authentication/lookups.ts'
import { isIn, thisMachine } from './authentication/networks.ts'
import { Deliverer } from './deposit.ts'
import type { Dns } from './dns/record.ts'
import { DnsResolver } from './dns/resolver.ts'
import { systemDnsServers } from './dns/servers.ts'
import type { DoorOptions } from './filters/door.ts'
import { Greylisting } from './filters/greylisting.ts'
import type { Inspector } from './filters/inspector.ts'
import { Listings, type ListZone } from './filters/listing.ts'
import { ReturnPaths } from './forwarding/return-paths.ts'
import type { OverQuota } from './full.ts'
import { Ingress } from './ingress.ts'
import type { MtaLimits } from './limits.ts'
import type { MayConnect } from './outbound/policy/address-lookup.ts'
import { EgressTls } from './outbound/policy/egress.ts'
import { Reporter } from './outbound/report/reporter.ts'
import type { SmartHost } from './outbound/route.ts'
import { Runner } from './outbound/runner.ts'
import type { OutboundRoute } from './outbound/ways.ts'
import { KeyKeeper } from './signing/keeper.ts'
import { Signer } from './signing/signer.ts'

export interface ListOptions extends Pick<DoorOptions, 'refuseFrom' | 'junkFrom'> {
  readonly zones: readonly ListZone[]
}

export interface MtaOptions {
  readonly store: Store
  readonly tls: TlsSource
  readonly listen: { readonly smtp: readonly Address[]; readonly lmtp: readonly Address[] }
  /** Who may speak for others, by listener; default: nobody. */
  readonly proxies?: { readonly smtp?: Proxies | null; readonly lmtp?: Proxies | null }
  readonly hostname: string
  /** Between user and detail (RFC 5233 §1); '' for none. */
  readonly delimiter: string
  /** Whether mail for a full mailbox is to be tried again; default: it is. */
  readonly overQuota?: OverQuota
  readonly smartHost?: SmartHost | null
  /** What goes another way than the rest; default: nothing. The first that fits counts. */
  readonly routes?: readonly OutboundRoute[]
  /** Whether mail is signed for domains that have keys; default: it is. */
  readonly signs?: boolean
  /** How keys are looked after; default: by nobody. */
  readonly keys?: { readonly rotateDays: number } | null
  /** What is checked of mail from the Internet; default: nothing. */
  readonly authentication?: AuthenticationOptions | null
  /** Clients whose mail is taken as it is, neither authenticated nor filtered; default: this machine. */
  readonly exempt?: BlockList
  /** Filters that are asked about mail from the Internet; default: none. */
  readonly inspector?: Inspector | null
  /** Lists in DNS that clients are looked up in; default: none. */
  readonly lists?: ListOptions | null
  /** Whether who has never come before is asked to come again (RFC 6647); default: no. */
  readonly greylisting?: boolean
  /** What filters in front have found; default: nobody tests. */
  readonly contentTests?: ContentTests
  /** What converts parts of messages for scripts (RFC 6558). */
  readonly converter?: AnswerOptions['converter']
  /** The administrator's scripts; default: none. */
  readonly files?: ScriptFiles
  readonly sieveLimits?: SieveLimits
  /** What scripts may require; default: what every server offers. */
  readonly extensions?: readonly SieveExtension[]
  /** Whether mail that goes on to elsewhere has a return path of ours; default: it has. */
  readonly rewritesSenders?: boolean
  /** Of this server, for scripts that ask (RFC 5183 §4.1). */
  readonly version?: string
  /** Default: the system's servers, of which those on this machine are trusted to validate. */
  readonly resolver?: Dns & RecordResolver
  readonly limits: MtaLimits
  readonly log: Log
  readonly metrics: Metrics
  /** PEM; of whom the certificates of other servers must be, where the system's list does not do. */
  readonly certificateAuthority?: string
  /** Which addresses may be connected to that other domains name for reports; default: all. */
  readonly mayConnect?: MayConnect
  /** Whether other domains are told how TLS to them goes (RFC 8460); default: they are not. */
  readonly reportsTls?: boolean
  /** Port of hosts of MTA-STS policies; default 443. */
  readonly policyPort?: number
  /** Port of other servers; default 25. */
  readonly outboundPort?: number
  readonly now?: () => Instant
  readonly random?: () => number
}

export interface MtaService {
  /** `smtp` and `lmtp`. */
  readonly endpoints: Readonly<Record<string, readonly Endpoint[]>>
  stop(graceMilliseconds: number): Promise<void>
}

/** Takes mail in by ESMTP and LMTP, and runs the queue. Throws ListenError. */
export async function serveMta(options: MtaOptions): Promise<MtaService> {
  const { store, tls, listen, delimiter, limits, log, metrics } = options
  const hostname = options.hostname.toLowerCase()
  const contentTests = options.contentTests ?? noContentTests
  const { files = new ScriptFiles(), sieveLimits = defaultSieveLimits, version = '' } = options
  const { converter, extensions } = options
  const sieve = { contentTests, converter, files, sieveLimits, extensions, version }
  const now = options.now ?? Date.now
  const { rewritesSenders = true } = options
  const returnPaths = new ReturnPaths({ secret: () => store.forwards.secret(), days: limits.returnPathDays, now })
  const forwarding = { returnPaths, rewritesSenders }
  const deliverer = new Deliverer({ store, hostname, delimiter, ...sieve, ...forwarding, limits, log })
  const { overQuota = 'defer' } = options
  const resolver = options.resolver ?? new DnsResolver({ servers: systemDnsServers(), trust: 'loopback', limits, now })
  const authenticator = authenticatorOf(options, resolver, hostname)
  const { inspector = null, exempt = thisMachine } = options
  const door = doorOf(options, resolver, authenticator, now)
  const checks = { authenticator, inspector, exempt, door }
  const messageRate = new Rate(limits.messagesPerMinute, now)
  const ingress = { store, deliverer, hostname, overQuota, ...checks, messageRate, limits, log, metrics, now }
  const { smtp = null, lmtp = null } = options.proxies ?? {}
  const service = await serveEsmtp({
    hostname,
    listeners: [
      { name: 'smtp', protocol: 'SMTP', addresses: listen.smtp, implicitTls: false, proxies: smtp },
      { name: 'lmtp', protocol: 'LMTP', addresses: listen.lmtp, implicitTls: false, proxies: lmtp },
    ],
    extensions: [
      ...[pipelining, size, eightBitMime, chunking, binaryMime],
      ...[startTls(tls), requireTls, enhancedStatusCodes, dsn, deliverBy(now), smtpUtf8, mtPriority, limitsExtension],
    ],
    tls,
    limits,
    log,
    metrics,
    receiver: session => new Ingress(session, ingress),
    isTrusted: host => isLoopback(host) || isIn(exempt, host),
  })
  const { signs = true, keys = null } = options
  const headerOctets = limits.signedHeaderOctets
  const signer = signs ? new Signer({ store, hostname, headerOctets, log, metrics, now }) : null
  const keeper = keys === null ? null : new KeyKeeper({ store, dns: resolver, ...keys, limits, log, now })
  const { certificateAuthority, policyPort = 443, mayConnect = () => true, random = Math.random } = options
  const trust = certificateAuthority === undefined ? {} : { certificateAuthority }
  const egressTls = new EgressTls({
    ...{ store, resolver, policyPort, limits, log, now },
    ...trust,
  })
  const post = { resolver, seconds: limits.tlsReportSeconds, mayConnect, ...trust }
  const reporter =
    options.reportsTls === true
      ? new Reporter({ ...{ store, hostname, resolver, post, log, now }, random, signs: signer !== null })
      : null
  const runner = new Runner({
    store,
    deliverer,
    hostname,
    overQuota,
    limits,
    resolver,
    smartHost: options.smartHost ?? null,
    egressTls,
    routes: options.routes ?? [],
    signer,
    port: options.outboundPort ?? 25,
    log,
    metrics,
    now,
    random,
  })
  egressTls.start()
  reporter?.start()
  await runner.start()
  keeper?.start()
  return {
    endpoints: service.endpoints,
    stop: async graceMilliseconds => {
      const late = setTimeout(() => egressTls.end(), graceMilliseconds)
      await Promise.all([service.stop(graceMilliseconds), runner.stop(graceMilliseconds), keeper?.stop()])
      clearTimeout(late)
      await Promise.all([egressTls.stop(), reporter?.stop()])
    },
  }
}

/** Null where nobody is looked up, and nobody has to come twice. */
function doorOf(
  { store, lists = null, greylisting: isGreylisting = false, authentication, limits, log, metrics }: MtaOptions,
  resolver: RecordResolver,
  authenticator: Authenticator | null,
  now: () => Instant,
): DoorOptions | null {
  if ((lists === null || lists.zones.length === 0) && !isGreylisting) return null
  const { zones = [], refuseFrom = 0, junkFrom = 0 } = lists ?? {}
  const asked = authentication?.resolver ?? resolver
  const listings = zones.length === 0 ? null : new Listings({ zones, resolver: asked, limits, log, metrics, now })
  const greylisting = isGreylisting ? new Greylisting({ store, limits, metrics }) : null
  return { listings, refuseFrom, junkFrom, greylisting, authenticator }
}

function authenticatorOf(
  { authentication, limits, log, metrics }: MtaOptions,
  resolver: RecordResolver,
  hostname: string,
): Authenticator | null {
  if (authentication === undefined || authentication === null) return null
  return new Authenticator({ resolver, ...authentication }, { hostname, limits, log, metrics })
}
