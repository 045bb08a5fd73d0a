/** The ManageSieve server: its listener and its sessions. */
import type { Auth } from '@lemonade/auth'
import {
  type Address,
  type Endpoint,
  type Log,
  listen,
  type Metrics,
  noMetrics,
  type Proxies,
  type TlsSource,
} from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { defaultSieveLimits, extensions, type SieveExtension, type SieveLimits } from 'sieve.js'
import type { ManageSieveLimits } from './limits.ts'
import { Bye } from './reply.ts'
import { Session, type Shared } from './session.ts'
import { print } from './wire/print.ts'

export interface ManageSieveOptions {
  readonly store: Pick<Store, 'scripts' | 'accounts'>
  readonly auth: Auth
  readonly tls: TlsSource
  readonly listen: { readonly managesieve: readonly Address[] }
  /** Who may speak for others; default: nobody. */
  readonly proxies?: { readonly managesieve?: Proxies | null }
  readonly hostname: string
  readonly limits: ManageSieveLimits
  /** What delivery runs scripts with: a script is accepted where delivery can run it. Default: all that is built in. */
  readonly sieve?: { readonly extensions?: readonly SieveExtension[]; readonly limits?: Partial<SieveLimits> }
  readonly log: Log
  readonly metrics?: Metrics
}

export interface Service {
  readonly endpoints: Readonly<Record<string, readonly Endpoint[]>>
  /** Stops accepting, says BYE to each session when its command is done, and to all that are left after this long. */
  stop(graceMilliseconds: number): Promise<void>
}

/** Serves RFC 5804. Throws ListenError. */
export async function serveManageSieve(options: ManageSieveOptions): Promise<Service> {
  const { store, auth, tls, hostname, limits, log, metrics = noMetrics } = options
  const open = metrics.gauge('lemonade_managesieve_connections', 'Open ManageSieve connections')
  const done = metrics.counter('lemonade_managesieve_commands_total', 'ManageSieve commands', ['command', 'status'])
  const shared: Shared = {
    ...{ store, auth, tls, hostname, limits },
    sieve: {
      extensions: options.sieve?.extensions ?? extensions,
      limits: { ...defaultSieveLimits, ...options.sieve?.limits },
    },
    count: (command, status) => done.inc({ command, status }),
  }
  const running = new Map<Session, { readonly ended: Promise<void>; readonly cut: () => void }>()
  const listener = await listen({
    addresses: options.listen.managesieve,
    proxies: options.proxies?.managesieve ?? null,
    limits: { total: limits.connections, perAddress: limits.connectionsPerAddress },
    refuse: socket => socket.end(print(new Bye('Too many connections', 'TRYLATER').reply)),
    onError: error => log.error({ err: error }, 'the listener failed'),
    onConnection(connection) {
      const session = new Session(shared, connection, log)
      open.inc()
      const ended = session.run().finally(() => {
        running.delete(session)
        open.dec()
      })
      running.set(session, { ended, cut: () => connection.destroy() })
    },
  })
  return {
    endpoints: { managesieve: listener.endpoints },
    async stop(graceMilliseconds) {
      await listener.close()
      const late = setTimeout(() => {
        for (const { cut } of running.values()) cut()
      }, graceMilliseconds)
      for (const session of running.keys()) session.stop()
      await Promise.all([...running.values()].map(({ ended }) => ended))
      clearTimeout(late)
    },
  }
}
