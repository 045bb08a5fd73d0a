/**
 * What the sessions of one account may see of mailboxes, and what is new there: learnt once for all of them.
 *
 * - It asks only when the bus has said that there is news, and then only for what has changed since.
 * - Whoever joins hears of every change after the state that it finds: nothing lies between the two.
 * - News is what changed on the whole between two looks: what came and went in between nobody hears of.
 */
import { type AccountId, type Bus, type MailboxId, type ModSeq, serverAccount } from '@lemonade/store'
import type { Session, Shared } from '../../session.ts'
import { Look, type News, type Sight, unknown } from './look.ts'

/** Called with all that was learnt at once. Must not throw. */
export type Listener = (news: readonly News[]) => void

/** An account whose mailboxes are seen, and what is known of it. */
interface Source {
  modSeq: ModSeq
  metadataModSeq: ModSeq
  readonly unwatch: () => void
}

const watches = new WeakMap<Shared, Map<AccountId, AccountWatch>>()

export class AccountWatch {
  readonly #account: AccountId
  readonly #bus: Bus
  readonly #end: () => void
  readonly #listeners = new Set<Listener>()
  readonly #wakers = new Set<() => void>()
  readonly #sources = new Map<AccountId, Source>()
  readonly #unwatchRights: () => void
  readonly #sights = new Map<MailboxId, Sight>()
  #byName: ReadonlyMap<string, Sight> = new Map()
  #subscriptions: ReadonlySet<string> = new Set()
  /** What was learnt and nobody has heard of. */
  readonly #untold: News[] = []
  /** There may be news. */
  #isStale = true
  /** Rights may have changed, which no mod-sequence of the account tells. */
  #areRightsStale = true
  #looking: Promise<void> | null = null

  private constructor(account: AccountId, bus: Bus, end: () => void) {
    this.#account = account
    this.#bus = bus
    this.#end = end
    this.#unwatchRights = bus.watchTopic('rights', () => {
      this.#areRightsStale = true
      this.#stale()
    })
    this.#source(account)
    this.#source(serverAccount)
  }

  /** Joins the one of the session's account, once it has looked. `leave` takes that back. */
  static async join(session: Session, listener: Listener): Promise<AccountWatch> {
    const { shared, account } = session
    const all = watches.get(shared) ?? new Map<AccountId, AccountWatch>()
    watches.set(shared, all)
    const watch = all.get(account) ?? new AccountWatch(account, session.store.bus, () => all.delete(account))
    all.set(account, watch)
    // From here on it stays, whoever leaves meanwhile.
    watch.#listeners.add(listener)
    try {
      await watch.refresh(session)
    } catch (error) {
      watch.leave(listener)
      throw error
    }
    return watch
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#end()
    this.#unwatchRights()
    for (const { unwatch } of this.#sources.values()) unwatch()
    this.#sources.clear()
  }

  /** What may be seen now. */
  get sights(): ReadonlyMap<MailboxId, Sight> {
    return this.#sights
  }

  /** The same by name. */
  get byName(): ReadonlyMap<string, Sight> {
    return this.#byName
  }

  get subscriptions(): ReadonlySet<string> {
    return this.#subscriptions
  }

  /** Calls back whenever there may be news; returns a function that ends it. */
  whenStale(waker: () => void): () => void {
    this.#wakers.add(waker)
    return () => this.#wakers.delete(waker)
  }

  /** Learns all that was committed before the call, for a session of this account. */
  async refresh(session: Session): Promise<void> {
    // A look that began before the call may have come too early.
    await this.#looking
    if (this.#isStale) {
      this.#looking ??= this.#look(session).finally(() => {
        this.#looking = null
      })
    }
    await this.#looking
  }

  #stale(): void {
    this.#isStale = true
    for (const waker of [...this.#wakers]) waker()
  }

  async #look(session: Session): Promise<void> {
    const areRightsStale = this.#areRightsStale
    this.#isStale = this.#areRightsStale = false
    try {
      const look = new Look(session, this.#sights, this.#untold)
      for (const [account, source] of this.#sources) {
        if (account !== serverAccount) source.modSeq = await look.changes(account, source.modSeq)
      }
      if (look.namesChanged || areRightsStale) {
        await look.names()
        this.#subscriptions = await look.subscriptions(this.#subscriptions)
        this.#byName = new Map(Array.from(this.#sights.values(), sight => [sight.access.name, sight]))
        this.#follow()
      }
      for (const [account, source] of this.#sources) {
        source.metadataModSeq = await look.metadata(account, source.metadataModSeq)
      }
    } catch (error) {
      this.#isStale = this.#areRightsStale = true
      throw error
    }
    const news = this.#untold.splice(0)
    if (news.length > 0) for (const listener of [...this.#listeners]) listener(news)
  }

  /** Hears of the accounts whose mailboxes are seen, and of no others. */
  #follow(): void {
    const seen = new Set([this.#account, serverAccount])
    for (const { access } of this.#sights.values()) seen.add(access.mailbox.account)
    for (const [account, { unwatch }] of this.#sources) {
      if (seen.has(account)) continue
      unwatch()
      this.#sources.delete(account)
    }
    const before = this.#sources.size
    for (const account of seen) this.#source(account)
    // What happened there before it was heard of must be looked for.
    if (this.#sources.size > before) this.#stale()
  }

  #source(account: AccountId): void {
    if (this.#sources.has(account)) return
    const unwatch = this.#bus.watch(account, () => this.#stale())
    this.#sources.set(account, { modSeq: 0 as ModSeq, metadataModSeq: unknown, unwatch })
  }
}
