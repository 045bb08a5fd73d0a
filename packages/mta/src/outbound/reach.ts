/** The first host of a destination that answers, with TLS as it has to be. */
import type { Log } from '@lemonade/net'
import type { Dns } from '../dns/record.ts'
import type { MtaLimits } from '../limits.ts'
import { Client, type ClientOptions, HostFailed } from './client.ts'
import type { EgressTls } from './policy/egress.ts'
import type { TlsDemand } from './policy/plan.ts'
import { type Hop, type Route, routeTo, routeToSmartHost, type SmartHost } from './route.ts'

export interface ReachOptions {
  readonly resolver: Dns
  /** This server's name. */
  readonly hostname: string
  readonly limits: MtaLimits
  /** Of other servers. */
  readonly port: number
  readonly egressTls: EgressTls
  readonly log: Log
  readonly random: () => number
}

/** Throws NoRoute or HostFailed. `isOver` ends the search. */
export async function reach(
  domain: string,
  smartHost: SmartHost | null,
  demand: TlsDemand,
  options: ReachOptions,
  isOver: () => boolean,
): Promise<Client> {
  const { resolver, hostname, limits, random, log } = options
  const routing = { resolver, hostname, hosts: limits.outboundHosts, random }
  const route = smartHost === null ? await routeTo(domain, routing) : await routeToSmartHost(smartHost.host, routing)
  let failed: HostFailed | null = null
  for (const hop of route.hops) {
    try {
      return await reachHost(route, hop, smartHost, demand, options)
    } catch (error) {
      if (!(error instanceof HostFailed)) throw error
      log.info({ host: hop.name, address: hop.address, reason: error.message }, 'host not reached')
      // A host that may answer later leaves hope for all.
      if (failed === null || failed.permanent || !error.permanent) failed = error
      if (isOver()) break
    }
  }
  throw failed ?? new HostFailed('no host', false)
}

async function reachHost(
  route: Route,
  hop: Hop,
  smartHost: SmartHost | null,
  demand: TlsDemand,
  options: ReachOptions,
): Promise<Client> {
  const { egressTls } = options
  const base = clientOptions(smartHost, options)
  if (base.tls !== 'opportunistic') return required(await Client.open(hop, base), demand)
  const plan = await egressTls.planFor(route, hop, base.port, demand)
  try {
    const client = await Client.open(hop, { ...base, plan })
    egressTls.note(route, plan, hop, client.tls)
    return required(client, demand)
  } catch (error) {
    if (error instanceof HostFailed) egressTls.note(route, plan, hop, error.tls)
    throw error
  }
}

function clientOptions(smartHost: SmartHost | null, options: ReachOptions): ClientOptions {
  const { hostname, limits, port, egressTls } = options
  const { connectSeconds, replySeconds, outboundChunkOctets } = limits
  const base = { name: hostname, connectSeconds, replySeconds, chunkOctets: outboundChunkOctets }
  const certificateAuthority = smartHost?.certificateAuthority ?? egressTls.certificateAuthority
  const trust = certificateAuthority === undefined ? {} : { certificateAuthority }
  if (smartHost === null) return { ...base, ...trust, port, tls: 'opportunistic' }
  const { user, password = '', tls = 'opportunistic' } = smartHost
  return { ...base, ...trust, port: smartHost.port, tls, ...(user === undefined ? {} : { login: { user, password } }) }
}

/** RFC 8689 §4.2.1: a host that does not do what the message asks for is no host for it. */
function required(client: Client, demand: TlsDemand): Client {
  if (demand !== 'required') return client
  if (client.meetsRequirement && client.offers.has('REQUIRETLS')) return client
  client.close()
  throw client.meetsRequirement
    ? new HostFailed('REQUIRETLS support required: the server does not offer it', true, '5.7.30')
    : new HostFailed('Encryption needed: TLS to the server does not authenticate it', true, '5.7.10')
}
