/** Wake-ups inside one process. They say "account A is at M" and nothing more; a lost or doubled one costs nothing. */
import type { Bus } from './api.ts'
import type { AccountId, ModSeq, WakeUp } from './model.ts'
import type { Topic } from './writer/job.ts'

export class LocalBus implements Bus {
  readonly #accounts = new Map<AccountId, Set<(wakeUp: WakeUp) => void>>()
  readonly #topics = new Map<Topic, Set<() => void>>()
  /** Counts what has been heard of; a reader that remembers it knows whether there may be news. */
  #heard = 0

  watch(account: AccountId, listener: (wakeUp: WakeUp) => void): () => void {
    return subscribe(this.#accounts, account, listener)
  }

  watchTopic(topic: Topic, listener: () => void): () => void {
    return subscribe(this.#topics, topic, listener)
  }

  /** Grows with each commit that this process hears of, its own and others'. */
  get heard(): number {
    return this.#heard
  }

  /** Accounts that somebody watches. */
  watched(): AccountId[] {
    return [...this.#accounts.keys()]
  }

  tell(wakeUps: readonly WakeUp[], topics: Iterable<Topic>): void {
    this.#heard++
    for (const wakeUp of wakeUps) call(this.#accounts.get(wakeUp.account), wakeUp)
    for (const topic of topics) call(this.#topics.get(topic), undefined)
  }
}

/** What watched accounts were last known to be at: turns "another process wrote" into wake-ups. */
export class ForeignChanges {
  readonly #known = new Map<AccountId, ModSeq>()

  learn(wakeUps: readonly WakeUp[]): void {
    for (const { account, modSeq } of wakeUps) this.#known.set(account, modSeq)
  }

  /** The accounts that have moved since they were last looked at. */
  news(watched: readonly AccountId[], modSeqOf: (account: AccountId) => ModSeq | null): WakeUp[] {
    const news: WakeUp[] = []
    const isWatched = new Set(watched)
    for (const account of this.#known.keys()) if (!isWatched.has(account)) this.#known.delete(account)
    for (const account of watched) {
      // Who watches an account that is gone must look, too.
      const modSeq = modSeqOf(account) ?? (0 as ModSeq)
      if (modSeq === this.#known.get(account)) continue
      this.#known.set(account, modSeq)
      news.push({ account, modSeq })
    }
    return news
  }
}

function subscribe<K, L>(listeners: Map<K, Set<L>>, key: K, listener: L): () => void {
  const set = listeners.get(key) ?? new Set()
  listeners.set(key, set)
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0 && listeners.get(key) === set) listeners.delete(key)
  }
}

function call<T>(listeners: ReadonlySet<(value: T) => void> | undefined, value: T): void {
  // A listener may end itself or another while it is called.
  for (const listener of [...(listeners ?? [])]) listener(value)
}
