/** Every role of the server, started on one store and stopped together. */
import { readFileSync } from 'node:fs'
import type { Auth } from '@lemonade/auth'
import { StoredConversions } from '@lemonade/convert'
import { NotificationScripts, ScriptFiles } from '@lemonade/filter'
import { serveImap } from '@lemonade/imap'
import { serveManageSieve } from '@lemonade/managesieve'
import { serveMta, thisMachine } from '@lemonade/mta'
import type { Address, Endpoint, Log, Proxies, TlsSource } from '@lemonade/net'
import { isPublicAddress, notifyEntryProblem, startNotify } from '@lemonade/notify'
import type { Store } from '@lemonade/store'
import { type ImapServer, serveSubmit } from '@lemonade/submit'
import type { Config } from './config/config.ts'
import { openResolver } from './config/dns.ts'
import { offeredBy } from './config/offered.ts'
import type { ImapServerConfig } from './config/urls.ts'
import { openConverter } from './converter.ts'
import { contentTestsOf, openInspector } from './filters.ts'
import { notifyPages } from './http/notify-api.ts'
import { operatorPages } from './http/operator.ts'
import { serveHttp } from './http/server.ts'
import { webPages } from './http/web.ts'
import { groupLimits } from './limit-groups.ts'
import { type ByListener, byListener } from './listeners.ts'
import { MailboxScripts } from './mailbox-scripts.ts'
import { announceMedia, mediaPath } from './media/announcement.ts'
import { mediaPage } from './media/page.ts'
import type { ServerMetrics } from './metrics.ts'
import { messageOf, systemSentence, UserError } from './problem.ts'
import { publishPushKey, pushKeys } from './push-keys.ts'
import { setupPages } from './setup/pages.ts'
import { mailServices } from './setup/services.ts'
import { isPageHost } from './setup/site.ts'
import type { Challenges } from './tls/acme/challenges.ts'
import { version } from './version.ts'

export interface RunningServices {
  readonly endpoints: ByListener<readonly Endpoint[]>
  /** Stops accepting, lets work under way finish for at most this long, then cuts it. */
  stop(graceMilliseconds: number): Promise<void>
}

export interface Wiring {
  readonly config: Config
  readonly addresses: ByListener<readonly Address[]>
  readonly store: Store
  readonly auth: Auth
  readonly tls: TlsSource
  /** What an authority may come for. */
  readonly challenges: Challenges
  readonly log: Log
  readonly metrics: ServerMetrics
}

interface Stoppable {
  readonly endpoints?: Readonly<Record<string, readonly Endpoint[]>>
  stop(graceMilliseconds: number): Promise<void>
}

/** Starts all roles, or none: where one fails, those that run are stopped and its error goes on. */
export async function startServices(wiring: Wiring): Promise<RunningServices> {
  const started: Stoppable[] = []
  const stop = async (graceMilliseconds: number) => {
    await Promise.all(started.map(service => service.stop(graceMilliseconds)))
  }
  try {
    // One after another, so that the first address that cannot be had is the one that is told.
    for (const start of roles(wiring)) started.push(await start(boundBy(started)))
  } catch (error) {
    await stop(0)
    throw error
  }
  const bound = boundBy(started)
  return { endpoints: byListener(name => bound[name] ?? []), stop }
}

type Bound = Partial<ByListener<readonly Endpoint[]>>

/** Where those that run listen. */
function boundBy(started: readonly Stoppable[]): Bound {
  return Object.assign({}, ...started.map(({ endpoints }) => endpoints ?? {}))
}

/** What each role needs of the house. A role whose listeners are all off still does its other work. */
function roles(wiring: Wiring): readonly ((bound: Bound) => Promise<Stoppable>)[] {
  const { config, addresses, store, auth, tls } = wiring
  const { hostname, limits, mta } = config
  const delimiter = mta.recipientDelimiter
  const proxies = proxiesOf(config.proxy, wiring.log)
  const shared = (role: string) => ({ log: wiring.log.child({ role }), metrics: wiring.metrics.metrics })
  const { imap, imaps, submission, submissions, smtp, lmtp, managesieve, http, https, web } = addresses
  const converter = openConverter(config, { ...shared('convert') })
  const conversions = converter && new StoredConversions(store, converter)
  const sieve = {
    contentTests: contentTestsOf(config),
    converter,
    files: new ScriptFiles(config.sieve),
    sieveLimits: groupLimits('sieve', limits),
    extensions: offeredBy(config),
    version,
  }
  const inspector = openInspector(config.filters, { ...shared('mta'), limits: groupLimits('mta', limits) })
  const { queueSeconds, messageOctets } = groupLimits('mta', limits)
  const eventScripts = (role: string) => ({
    ...{ store, hostname, delimiter, queueSeconds, messageOctets, log: wiring.log.child({ role }) },
    ...sieve,
    limits: groupLimits('filter', limits),
  })
  const mailboxScripts = new MailboxScripts(eventScripts('imap'))
  const notificationScripts = new NotificationScripts(eventScripts('notify'))
  return [
    async () => {
      const service = await serveImap({
        ...shared('imap'),
        store,
        auth,
        tls,
        hostname,
        listen: { imap, imaps },
        proxies,
        urlApplications: config.urls.applications,
        utf8: config.imap.utf8,
        mailboxScripts,
        notifyEntryProblem,
        ...(conversions && { conversions }),
        limits: groupLimits('imap', limits),
      })
      const stop = async (grace: number) => {
        await service.stop(grace)
        await mailboxScripts.stop(grace)
        await converter?.close()
      }
      return { endpoints: service.endpoints, stop }
    },
    () =>
      serveSubmit({
        ...shared('submit'),
        ...{ store, auth, tls, hostname, delimiter },
        tellsClient: config.submit.tellsClient,
        listen: { submission, submissions },
        proxies,
        imapServers: config.urls.imapServers.map(imapServer),
        inspect: config.filters.submissions && inspector !== null ? inspector.refusalOf : null,
        limits: groupLimits('submit', limits),
      }),
    () =>
      serveMta({
        ...shared('mta'),
        ...{
          store,
          tls,
          hostname,
          delimiter,
          overQuota: mta.overQuota,
          rewritesSenders: mta.rewritesSenders,
          smartHost: mta.smartHost,
          routes: mta.routes,
        },
        ...sieve,
        authentication: mta.authentication,
        resolver: openResolver(config.dns, groupLimits('mta', limits)),
        // A host without a domain is nobody who could be asked about a report.
        reportsTls: mta.reportsTls && hostname.includes('.'),
        mayConnect: isPublicAddress,
        exempt: mta.exempt ?? thisMachine,
        signs: mta.dkim === 'sign',
        keys: mta.dkim === 'sign' ? { rotateDays: mta.dkimRotateDays } : null,
        inspector,
        lists: config.filters.lists,
        greylisting: config.filters.greylisting,
        listen: { smtp, lmtp },
        proxies,
        limits: groupLimits('mta', limits),
      }),
    async () => {
      const service = await serveManageSieve({
        ...shared('managesieve'),
        ...{ store, auth, tls, hostname },
        sieve: { extensions: sieve.extensions, limits: groupLimits('sieve', limits) },
        listen: { managesieve },
        proxies,
        limits: groupLimits('managesieve', limits),
      })
      mailboxScripts.managedAt(service.endpoints['managesieve']?.[0]?.port)
      return service
    },
    async () => {
      const keys = pushKeys(config.data)
      await publishPushKey(store, keys)
      return startNotify({
        ...shared('notify'),
        ...{ store, hostname, webhooks: config.webhooks },
        ways: {
          destinations: config.sieve.notifyTargets,
          webPush: { keys, contact: `mailto:postmaster@${hostname}` },
          mail: { delimiter, queueSeconds },
          ...config.notify.ways,
        },
        targets: config.notify.targets,
        filterScript: (account, script, event) => notificationScripts.passes(account, script, event),
        limits: groupLimits('notify', limits),
      })
    },
    async bound => {
      const httpLimits = groupLimits('http', limits)
      const site = {
        ...{ hostname, services: mailServices(bound), now: Date.now },
        isOurs: (domain: string) => store.domains.has(domain),
      }
      const media =
        config.convert.media && conversions !== null ? { store, conversions, hostname, now: Date.now } : null
      const service = await serveHttp({
        listen: { http, https, web },
        proxies,
        tls,
        operator: operatorPages({
          metrics: wiring.metrics,
          // Leases nothing, but goes through the writer: a server that can only read is not well.
          healthy: async () => void (await store.queue.lease(0, 0, 0)),
          patienceMilliseconds: httpLimits.requestSeconds * 1000,
        }),
        open: { ...setupPages(site, mta.sts), ...(media && { [mediaPath]: mediaPage(media) }) },
        secure: notifyPages({ store, auth, publicKey: pushKeys(config.data).publicKey, now: Date.now }),
        web: httpsPort =>
          webPages({
            keyAuthorization: wiring.challenges.keyAuthorization,
            httpsPort,
            isOurs: host => isPageHost(site, host),
          }),
        tlsChallenges: wiring.challenges.tlsAlpn,
        limits: httpLimits,
        log: wiring.log.child({ role: 'http' }),
      })
      await announceMedia(store, hostname, media === null ? null : (service.endpoints.https[0]?.port ?? null))
      return service
    },
  ]
}

function proxiesOf(configured: Config['proxy'], log: Log): ByListener<Proxies | null> {
  return byListener(name => {
    const addresses = configured[name]
    if (addresses === null) return null
    const onRefused = ({ host }: Endpoint, reason: string) =>
      log.warn({ listener: name, proxy: host, reason }, 'a connection of a proxy was closed')
    return { addresses, onRefused }
  })
}

/** With the octets of its certificate authority. Throws UserError where it cannot be read. */
function imapServer({ certificateAuthorityFile, ...server }: ImapServerConfig): ImapServer {
  if (certificateAuthorityFile === null) return server
  return { ...server, certificateAuthority: textOf(certificateAuthorityFile) }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`${file} cannot be read. ${systemSentence(error) ?? messageOf(error)}`)
  }
}
