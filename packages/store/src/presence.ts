/** Who is connected, and who of them is told of changes in-band (RFC 5551 §5.3). Kept in memory: it ends with the process. */
import type { Presence, PresentSession } from './api.ts'
import type { AccountId } from './model.ts'

export class LocalPresence implements Presence {
  readonly #sessions = new Map<AccountId, Set<{ session: PresentSession }>>()
  readonly #listeners = new Set<(account: AccountId) => void>()

  enter(account: AccountId, session: Omit<PresentSession, 'isListening'>): ReturnType<Presence['enter']> {
    const entry = { session: { ...session, isListening: false } }
    const all = this.#sessions.get(account) ?? new Set()
    this.#sessions.set(account, all.add(entry))
    const tell = () => {
      for (const listener of [...this.#listeners]) listener(account)
    }
    return {
      listens(isListening) {
        if (!all.has(entry) || entry.session.isListening === isListening) return
        entry.session = { ...entry.session, isListening }
        tell()
      },
      leave: () => {
        if (!all.delete(entry)) return
        if (all.size === 0 && this.#sessions.get(account) === all) this.#sessions.delete(account)
        tell()
      },
    }
  }

  of(account: AccountId): readonly PresentSession[] {
    return Array.from(this.#sessions.get(account) ?? [], ({ session }) => session)
  }

  accounts(): readonly AccountId[] {
    return [...this.#sessions.keys()]
  }

  watch(listener: (account: AccountId) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
