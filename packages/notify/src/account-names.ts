/** The names of accounts, remembered up to a bound. An account may be renamed, so nothing is remembered for long. */
import type { AccountId, Store } from '@lemonade/store'

const freshMilliseconds = 60_000

export class AccountNames {
  readonly #store: Store
  readonly #limit: number
  readonly #known = new Map<AccountId, { readonly name: string | null; readonly at: number }>()

  constructor(store: Store, limit: number) {
    this.#store = store
    this.#limit = limit
  }

  /** Null for an account that has been removed. */
  async of(account: AccountId): Promise<string | null> {
    const known = this.#known.get(account)
    if (known !== undefined && performance.now() - known.at < freshMilliseconds) return known.name
    const name = (await this.#store.accounts.get(account))?.name ?? null
    this.#known.delete(account)
    this.#known.set(account, { name, at: performance.now() })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#limit) break
      this.#known.delete(oldest)
    }
    return name
  }
}
