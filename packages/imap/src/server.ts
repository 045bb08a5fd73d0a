/** Listeners, greeting, per-account limits, orderly end: what runs the sessions of one server. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Auth } from '@lemonade/auth'
import type { StoredConversions } from '@lemonade/convert'
import {
  type Address,
  type Connection,
  type Endpoint,
  HalfDead,
  type Listener,
  type Log,
  listen,
  type Metrics,
  noMetrics,
  type Proxies,
  type TlsSource,
} from '@lemonade/net'
import type { AccountId, Store } from '@lemonade/store'
import { Wire } from './connection.ts'
import { core } from './core/index.ts'
import { Dispatcher, type Observer } from './dispatch.ts'
import type { Extension, StreamLayer } from './extension.ts'
import { extensions } from './extensions/index.ts'
import { FlagLists } from './flag-lists.ts'
import { type ImapLimits, nonSyncOctets } from './limits.ts'
import { register } from './registry.ts'
import { continuation, type Status, statusLine } from './response.ts'
import { type MailboxScripts, type NotifyEntryProblem, Session, type Shared } from './session.ts'
import { Reader } from './wire/reader.ts'

export interface ImapOptions {
  readonly store: Store
  readonly auth: Auth
  readonly tls: TlsSource
  readonly listen: { readonly imap: readonly Address[]; readonly imaps: readonly Address[] }
  readonly hostname: string
  /** 'only': clients must enable UTF8=ACCEPT (RFC 6855 §6). Default: 'accept'. */
  readonly utf8?: 'accept' | 'only'
  /** Who may speak for others, by listener; default: nobody. */
  readonly proxies?: { readonly imap?: Proxies | null; readonly imaps?: Proxies | null }
  readonly limits: ImapLimits
  readonly log: Log
  readonly metrics?: Metrics
  /** Names of accounts that act for an application on behalf of others, such as submit (RFC 4467 §3, RFC 5593 §3.3). */
  readonly urlApplications?: ReadonlyMap<string, ReadonlySet<string>>
  /** Default: none. */
  readonly mailboxScripts?: MailboxScripts
  /** Judges what users set to be notified. Default: nobody does. */
  readonly notifyEntryProblem?: NotifyEntryProblem
  /** Default: nothing is converted, and CONVERT is not offered. */
  readonly conversions?: StoredConversions
  /** Instead of all that this package has; for tests. */
  readonly extensions?: readonly Extension[]
}

export interface Service {
  readonly endpoints: Readonly<Record<string, readonly Endpoint[]>>
  /** Stops accepting, says BYE, and lets running commands finish for at most this long. */
  stop(graceMilliseconds: number): Promise<void>
}

/** Serves IMAP until `stop`. Throws `ListenError` where an address cannot be had. */
export async function serveImap(options: ImapOptions): Promise<Service> {
  const server = new ImapServer(options)
  const { imap, imaps } = options.listen
  const { proxies = {} } = options
  const clear = await server.listen(imap, proxies.imap)
  try {
    const secure = await server.listen(imaps, proxies.imaps, options.tls)
    return {
      endpoints: { imap: clear.endpoints, imaps: secure.endpoints },
      stop: grace => server.stop([clear, secure], grace),
    }
  } catch (error) {
    await clear.close()
    throw error
  }
}

class ImapServer {
  readonly #options: ImapOptions
  readonly #shared: Shared
  readonly #observe: Observer
  readonly #open = new Map<Connection, { session: Session; dispatcher: Dispatcher; done: Promise<void> }>()
  readonly #gauge
  readonly #halfDead: HalfDead

  constructor(options: ImapOptions) {
    this.#options = options
    const { store, auth, limits, hostname, metrics = noMetrics } = options
    const entered = new Map<AccountId, { sessions: number; readonly unwatch: () => void }>()
    this.#shared = {
      store,
      auth,
      limits,
      hostname,
      utf8Only: options.utf8 === 'only',
      tables: register([...core, ...(options.extensions ?? extensions)]),
      flagLists: new FlagLists(store.flagSets),
      urlApplications: options.urlApplications ?? new Map(),
      mailboxScripts: options.mailboxScripts ?? null,
      notifyEntryProblem: options.notifyEntryProblem ?? null,
      conversions: options.conversions ?? null,
      enter: account => {
        const at = entered.get(account)
        if ((at?.sessions ?? 0) >= limits.imapSessionsPerAccount) return false
        if (at) at.sessions++
        else entered.set(account, { sessions: 1, unwatch: store.bus.watch(account, () => this.#lookAt(account)) })
        return true
      },
      leave: account => {
        const at = entered.get(account)
        if (at === undefined || --at.sessions > 0) return
        entered.delete(account)
        at.unwatch()
      },
    }
    const probe = limits.imapProbeSeconds * 1000
    this.#halfDead = new HalfDead({ everyMilliseconds: probe / 4, patienceMilliseconds: (probe * 3) / 4 })
    this.#gauge = metrics.gauge('lemonade_imap_connections', 'Open IMAP connections')
    const commands = metrics.counter('lemonade_imap_commands_total', 'IMAP commands', ['command', 'status'])
    const seconds = metrics.histogram('lemonade_imap_command_seconds', 'Duration of IMAP commands', ['command'])
    this.#observe = (command, status, duration) => {
      commands.inc({ command, status })
      seconds.observe(duration, { command })
    }
  }

  listen(addresses: readonly Address[], proxies: Proxies | null = null, implicitTls?: TlsSource): Promise<Listener> {
    const { limits, log } = this.#options
    return listen({
      addresses,
      proxies,
      limits: { total: limits.imapConnections, perAddress: limits.imapConnectionsPerAddress },
      ...(implicitTls && { implicitTls }),
      onConnection: connection => this.#accept(connection),
      refuse: socket => {
        socket.end(statusLine('*', { status: 'BYE', code: 'LIMIT', text: 'Too many connections' }))
      },
      onError: error => log.error({ err: error }, 'The IMAP listener failed'),
    })
  }

  #accept(connection: Connection): void {
    const log = this.#options.log.child({ connection: connection.id })
    log.info({ remote: connection.remote.host, secure: connection.secure }, 'IMAP connection opened')
    const done = this.#serve(connection, log)
      .catch(error => log.error({ err: error }, 'The IMAP connection failed'))
      .finally(() => {
        this.#open.delete(connection)
        this.#gauge.dec()
        log.info('IMAP connection closed')
      })
    this.#gauge.inc()
    const open = this.#open.get(connection)
    if (open) open.done = done
  }

  async #serve(connection: Connection, log: Log): Promise<void> {
    const { limits, tls } = this.#options
    const wire = new Wire(connection, tls)
    const reader = new Reader(wire, beforeLogin(limits), () => wire.write(continuation(session.say('Go ahead'))), {
      nonSync: this.#shared.tables.grammar.nonSyncLiterals ?? false,
    })
    const dismiss = () => {
      session.cut = 'timeout'
      void leave(connection, wire.write(statusLine('*', silent, text => session.say(text))))
    }
    const soon = () => setTimeout(dismiss, limits.imapLoginSeconds * 1000).unref()
    let late = soon()
    const session = new Session(
      this.#shared,
      {
        channel: () => wire.channel(),
        startTls: async line => {
          await wire.startTls(line)
          // Nothing from before TLS counts after it (RFC 3501 §6.2.1).
          reader.takeBack()
        },
        line: limit => reader.line(limit),
        push: (layer: StreamLayer) => wire.push(layer, reader.takeBack()),
        layered: () => wire.layered,
        pop: line => wire.pop(line),
        admit: () => {
          clearTimeout(late)
          reader.limits = afterLogin(limits)
          connection.setIdleTimeout(limits.imapIdleSeconds * 1000, dismiss)
        },
        listens: isListening => {
          const seconds = isListening ? limits.imapListenSeconds : limits.imapIdleSeconds
          connection.setIdleTimeout(seconds * 1000, dismiss)
          if (isListening) this.#mustBeThere(connection, session)
          else this.#halfDead.forget(connection)
        },
        dismiss: () => {
          late = soon()
          reader.limits = beforeLogin(limits)
          connection.setIdleTimeout(0, dismiss)
        },
      },
      log,
    )
    const dispatcher = new Dispatcher(session, reader, (octets, more) => wire.write(octets, more), this.#observe)
    this.#open.set(connection, { session, dispatcher, done: Promise.resolve() })
    try {
      await dispatcher.serve()
    } finally {
      clearTimeout(late)
      this.#halfDead.forget(connection)
      session.close()
      wire.close()
      await connection.end()
    }
  }

  /** A client that listens and is gone must not keep others from waking its user (RFC 5551 §5.3). */
  #mustBeThere(connection: Connection, session: Session): void {
    connection.keepAlive(this.#options.limits.imapProbeSeconds * 1000)
    this.#halfDead.sent(connection, connection.socketEnds, () => {
      session.log.info('The client is gone without a word')
      session.cut = 'timeout'
      connection.destroy()
    })
  }

  /** Sends away who is logged in to an account that was removed or disabled meanwhile. */
  async #lookAt(id: AccountId): Promise<void> {
    const account = await this.#shared.store.accounts.get(id).catch(() => undefined)
    if (account === undefined || account?.disabled === false) return
    for (const [connection, { session, dispatcher }] of this.#open) {
      if (session.state === 'not-authenticated' || session.account !== id) continue
      const said = dispatcher.stop(removed)
      if (said !== null) void leave(connection, said)
    }
  }

  async stop(listeners: readonly Listener[], graceMilliseconds: number): Promise<void> {
    await Promise.all(listeners.map(one => one.close()))
    const open = [...this.#open]
    const grace = setTimeout(() => {
      for (const [connection] of open) connection.destroy()
    }, graceMilliseconds)
    await Promise.all(
      open.map(async ([connection, { session, dispatcher, done }]) => {
        session.cut = 'shutdown'
        const said = dispatcher.stop(shutdown)
        if (said !== null) await leave(connection, said)
        await done
      }),
    )
    clearTimeout(grace)
  }
}

const silent: Status = { status: 'BYE', text: 'You were silent for too long' }
const removed: Status = { status: 'BYE', text: 'The account was removed', code: 'CONTACTADMIN' }
const shutdown: Status = { status: 'BYE', text: 'The server is shutting down', code: 'UNAVAILABLE' }

/** How long last words may take to leave: a client that does not read must not keep its connection by that. */
const farewellMilliseconds = 1_000

/** Closes when the last words are on their way, or cannot be. */
async function leave(connection: Connection, said: Promise<unknown>): Promise<void> {
  const late = delay(farewellMilliseconds, undefined, { ref: false })
  await Promise.race([said.catch(() => {}), late])
  await connection.end()
}

function beforeLogin(limits: ImapLimits) {
  return {
    lineOctets: Math.min(limits.imapLineOctets, limits.imapLiteralOctetsBeforeLogin * 2),
    literalOctets: limits.imapLiteralOctetsBeforeLogin,
    nonSyncOctets: nonSyncOctets(limits),
    commandOctets: limits.imapLiteralOctetsBeforeLogin * 4,
    skipOctets: limits.imapLiteralOctetsBeforeLogin * 16,
  }
}

function afterLogin(limits: ImapLimits) {
  return {
    lineOctets: limits.imapLineOctets,
    literalOctets: limits.imapLiteralOctets,
    nonSyncOctets: nonSyncOctets(limits),
    commandOctets: limits.imapCommandOctets,
    skipOctets: limits.imapSkipOctets,
  }
}
