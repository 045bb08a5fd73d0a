/** Opens a data directory: database, schema, writer, and what runs in the background. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { modSeqOf } from './account-modseq.ts'
import { accountsOf } from './accounts.ts'
import { aclOf } from './acl.ts'
import { annotationsIn } from './annotations.ts'
import type { Store } from './api.ts'
import { collectAll, startCollector } from './background.ts'
import { backup } from './backup.ts'
import { ForeignChanges, LocalBus } from './bus.ts'
import { check } from './check.ts'
import { Connection } from './connection.ts'
import { Readings } from './content/readings.ts'
import { contentsOf } from './contents.ts'
import { conversionsOf } from './conversions.ts'
import { devicesOf } from './devices.ts'
import { dkimKeysOf } from './dkim-keys.ts'
import { aliasesOf, domainsOf } from './domains.ts'
import type { Engine } from './engine.ts'
import { FlagSetCache } from './flag-sets.ts'
import { sweepFlags } from './flag-sweep.ts'
import { forwardsOf } from './forwards.ts'
import { greylistOf } from './greylist.ts'
import { groupsOf } from './groups.ts'
import { type StoreLimits, storeLimits } from './limits.ts'
import { MailboxIndexes } from './mailbox-indexes.ts'
import { mailboxesIn } from './mailboxes.ts'
import { memoryOf } from './memory.ts'
import { messagesOf } from './messages.ts'
import { metadataOf } from './metadata.ts'
import { migrate } from './migrate.ts'
import type { Instant } from './model.ts'
import { outboxOf } from './outbox.ts'
import { LocalPresence } from './presence.ts'
import { queueOf } from './queue.ts'
import { quotasOf } from './quota.ts'
import { scriptsOf } from './scripts.ts'
import { createSearch } from './search/service.ts'
import { openSecrets } from './secrets.ts'
import { sendersOf } from './senders.ts'
import { stsPoliciesOf } from './sts-policies.ts'
import { tlsReportsOf } from './tls-reports.ts'
import { urlKeysOf } from './url-keys.ts'
import { WriterClient } from './writer/client.ts'

export interface StoreOptions {
  readonly limits?: Partial<StoreLimits>
  readonly clock?: () => Instant
  /** Collect and index in the background. A short-lived process leaves that to the server. Default: true. */
  readonly background?: boolean
  /** How long a write waits for another process's transaction. */
  readonly busyMilliseconds?: number
  /** How often to look whether another process has written. */
  readonly pollMilliseconds?: number
  /** Failures of what runs in the background, and the death of the writer, after which every write is refused. */
  readonly onError?: (error: unknown) => void
  /** After each transaction of this process, with how many writes it did at once; for metrics. */
  readonly onCommit?: (writes: number) => void
}

/**
 * Opens the store in a directory, which is made where it is missing. Several processes may have it open.
 * Rejects where the schema is newer than this program.
 */
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store> {
  const { clock = Date.now, background = true, busyMilliseconds = 10_000, pollMilliseconds = 200 } = options
  const { onError = () => {}, onCommit = () => {} } = options
  const limits = { ...storeLimits, ...options.limits }
  const temporary = join(directory, 'tmp')
  // The directory holds everybody's mail.
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  const file = join(directory, 'lemonade.db')
  prepare(file, busyMilliseconds)
  const secrets = openSecrets(directory)

  const reader = new Connection(file, { readonly: true, busyMilliseconds })
  const bus = new LocalBus()
  const foreign = new ForeignChanges()
  const writer = await WriterClient.start({ file, busyMilliseconds, pollMilliseconds, limits }, clock, {
    committed(wakeUps, topics, jobs) {
      onCommit(jobs)
      foreign.learn(wakeUps)
      bus.tell(wakeUps, topics)
      if (wakeUps.length > 0) searching.committed()
    },
    foreign() {
      const news = foreign.news(bus.watched(), account => modSeqOf(reader, account))
      bus.tell(news, ['queue', 'outbox', 'rights', 'devices'])
      searching.committed()
    },
    died: error => onError(error),
  })
  const searching = createSearch({ file, writer, background, onError })
  const flagSets = new FlagSetCache(reader, undefined, limits.keywordsPerMailbox)
  // Before anybody can have read a number of a combination of flags.
  if (background) await writer.run(sweepFlags, undefined)
  const readings = new Readings()
  const indexes = new MailboxIndexes(reader, bus)
  const shared = { file, temporary, reader, bus, searching, flagSets, indexes, readings, secrets, limits, clock }
  const engine: Engine = { ...shared, writer }
  const endCollector = background ? startCollector(writer, readings, onError) : () => {}
  const store: Store = {
    directory,
    accounts: accountsOf(engine),
    acl: aclOf(engine),
    quotas: quotasOf(engine),
    domains: domainsOf(engine),
    aliases: aliasesOf(engine),
    groups: groupsOf(engine),
    forwards: forwardsOf(engine, secrets),
    senders: sendersOf(engine),
    dkimKeys: dkimKeysOf(engine, secrets),
    mailboxes: mailboxesIn(engine),
    urlKeys: urlKeysOf(engine),
    messages: messagesOf(engine),
    contents: contentsOf(engine),
    conversions: conversionsOf(engine),
    flagSets,
    memory: memoryOf(engine),
    greylist: greylistOf(engine),
    metadata: metadataOf(engine),
    annotations: annotationsIn(engine),
    scripts: scriptsOf(engine),
    stsPolicies: stsPoliciesOf(engine),
    tlsReports: tlsReportsOf(engine),
    queue: queueOf(engine),
    outbox: outboxOf(engine),
    devices: devicesOf(engine),
    presence: new LocalPresence(),
    secrets,
    bus,
    by(origin) {
      return onBehalf(this, store, { ...shared, writer: writer.by(origin) })
    },
    check: progress => check(file, progress),
    backup: (target, progress) => backup(file, target, progress),
    collect: () => collectAll(writer, readings),
    async close() {
      endCollector()
      await searching.close()
      await writer.close()
      reader.close()
    },
  }
  return store
}

/** What tells of changes by events, made when it is asked for: a session uses little of it. */
const telling = {
  accounts: accountsOf,
  acl: aclOf,
  quotas: quotasOf,
  mailboxes: mailboxesIn,
  messages: messagesOf,
  metadata: metadataOf,
  annotations: annotationsIn,
  queue: queueOf,
  outbox: outboxOf,
} as const

/** The same store with another engine under what tells of changes; parts that somebody has replaced stay as they are. */
function onBehalf(store: Store, opened: Store, engine: Engine): Store {
  const own: PropertyDescriptorMap = {}
  for (const [name, make] of Object.entries(telling)) {
    if (store[name as keyof typeof telling] !== opened[name as keyof typeof telling]) continue
    let made: unknown
    own[name] = {
      get() {
        made ??= make(engine)
        return made
      },
    }
  }
  return Object.create(store, own) as Store
}

/** Makes the database and brings its schema up to date. */
function prepare(file: string, busyMilliseconds: number): void {
  const connection = new Connection(file, { busyMilliseconds })
  try {
    migrate(connection)
  } finally {
    connection.close()
  }
}
