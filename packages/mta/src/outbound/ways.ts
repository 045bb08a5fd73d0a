/** Which way a message goes: to the hosts of its domain, or through another server (a smart host). */
import { domainOf } from '@lemonade/esmtp'
import type { QueueEntry } from '@lemonade/store'
import type { TlsDemand } from './policy/plan.ts'
import type { SmartHost } from './route.ts'

/** What goes another way than the rest. All that is given has to fit. */
export interface OutboundRoute {
  /** Recipients' domains; `*.example.org` is each domain below example.org. */
  readonly to?: readonly string[]
  /** Senders' domains, in the same form; '' is the null reverse-path. */
  readonly from?: readonly string[]
  /** null: to the hosts that the domain's MX records name. */
  readonly smartHost: SmartHost | null
}

export interface Way {
  /** What goes the same way can share connections. */
  readonly name: string
  /** Of the recipient; for the logs only where there is a smart host. */
  readonly domain: string
  readonly smartHost: SmartHost | null
  /** Messages that ask for more of TLS, or less, need connections of their own. */
  readonly demand: TlsDemand
}

/** The way of an entry: by the first route that fits, else by the usual smart host, where there is one. */
export function wayOf(entry: WayFacts, routes: readonly OutboundRoute[], usual: SmartHost | null): Way {
  const domain = domainOf(entry.recipient).toLowerCase()
  const sender = domainOf(entry.reversePath).toLowerCase()
  const demand = demandOf(entry)
  const route = routes.find(({ to, from }) => fits(domain, to) && fits(sender, from))
  const smartHost = route === undefined ? usual : route.smartHost
  if (smartHost === null) return { name: `${demand} ${domain}`, domain, smartHost, demand }
  const { host, port, user = '' } = smartHost
  return { name: `${demand} ${user}@${host}:${port}`, domain, smartHost, demand }
}

type WayFacts = Pick<QueueEntry, 'recipient' | 'reversePath' | 'options'>

/** RFC 8689 §5: what is sent to nobody's return-path is rather sent without protection than lost. */
function demandOf({ reversePath, options: { tls } }: WayFacts): TlsDemand {
  if (tls === 'required') return reversePath === '' ? 'policy' : 'required'
  return tls === 'optional' ? 'optional' : 'policy'
}

function fits(domain: string, patterns: readonly string[] | undefined): boolean {
  if (patterns === undefined) return true
  return patterns.some(pattern =>
    pattern.startsWith('*.') ? domain.endsWith(pattern.slice(1).toLowerCase()) : domain === pattern.toLowerCase(),
  )
}
