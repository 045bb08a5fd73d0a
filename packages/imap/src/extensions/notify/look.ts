/** One look at what an account's sessions may see of mailboxes, and what is new in it. */
import { type AccountId, type MailboxActivity, type MailboxId, type ModSeq, StoreError } from '@lemonade/store'
import { type Access, visibleMailboxes } from '../../access.ts'
import { superiors } from '../../core/list-entries.ts'
import type { Session } from '../../session.ts'

/** A mailbox as the sessions of an account see it. */
export interface Sight {
  readonly access: Access
  readonly activity: MailboxActivity
}

/** All events need `l` and `r` (RFC 5465 §5); what is seen has `l`. */
export function isReadable({ access }: Sight): boolean {
  return access.rights.has('r')
}

export type News =
  /** Messages came, changed or went. */
  | { readonly kind: 'messages'; readonly now: Sight; readonly before: MailboxActivity }
  /** It was made, or the right to see it was given. */
  | { readonly kind: 'appeared'; readonly now: Sight }
  /** It was deleted, or may not be seen any more: `isForbidden`. */
  | { readonly kind: 'gone'; readonly before: Sight; readonly isForbidden: boolean }
  /** `isInferior`: since the one above it was. */
  | { readonly kind: 'renamed'; readonly now: Sight; readonly before: Sight; readonly isInferior: boolean }
  /** It may be read that could not, or the other way round. */
  | { readonly kind: 'readable'; readonly now: Sight }
  | { readonly kind: 'subscribed'; readonly name: string; readonly isSubscribed: boolean }
  /** An entry of a mailbox, or of the server where there is none. */
  | {
      readonly kind: 'metadata'
      readonly now: Sight | null
      readonly entry: string
      readonly account: AccountId
      readonly modSeq: ModSeq
    }

/** Where metadata was not looked at yet. */
export const unknown = -1 as ModSeq

export class Look {
  readonly #session: Session
  readonly #sights: Map<MailboxId, Sight>
  /** Numbers of mailboxes that are not seen, or not yet. */
  readonly #unseen = new Map<MailboxId, MailboxActivity>()
  /** Names, subscriptions or rights have changed. */
  namesChanged = false

  readonly #news: News[]

  /** Brings `sights` up to date, and adds what is new to `news`. */
  constructor(session: Session, sights: Map<MailboxId, Sight>, news: News[]) {
    this.#session = session
    this.#sights = sights
    this.#news = news
  }

  /** What changed in an account after a mod-sequence; answers up to where. */
  async changes(account: AccountId, since: ModSeq): Promise<ModSeq> {
    const changes = await this.#changedAfter(account, since)
    if (changes === null) {
      // Who shares nothing any more: what was seen there goes with the names.
      this.namesChanged = true
      return since
    }
    for (const activity of changes.changed) this.#changed(activity)
    if (changes.names !== null) this.namesChanged = true
    return changes.modSeq
  }

  /** Null where the account is gone. */
  async #changedAfter(account: AccountId, since: ModSeq) {
    try {
      return await this.#session.store.mailboxes.changedAfter(account, since)
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'no-such-account') return null
      throw error
    }
  }

  #changed(activity: MailboxActivity): void {
    const { id, highestModSeq } = activity.mailbox
    const before = this.#sights.get(id)
    if (before === undefined) {
      this.#unseen.set(id, activity)
      return
    }
    if (before.activity.mailbox.highestModSeq === highestModSeq) return
    const now = { ...before, activity }
    this.#sights.set(id, now)
    this.#news.push({ kind: 'messages', now, before: before.activity })
  }

  /** Which mailboxes are seen now, and under which names. */
  async names(): Promise<void> {
    const visible = await visibleMailboxes(this.#session)
    await this.#missing(visible)
    const seen = new Set(visible.map(({ mailbox }) => mailbox.id))
    for (const [id, before] of this.#sights) if (!seen.has(id)) await this.#gone(before)
    const renames = this.#renames(visible)
    for (const access of visible) this.#seen(access, renames)
  }

  /** Numbers of mailboxes that were not seen before, though they have not changed. */
  async #missing(visible: readonly Access[]): Promise<void> {
    const without = visible.filter(({ mailbox: { id } }) => !this.#sights.has(id) && !this.#unseen.has(id))
    for (const account of new Set(without.map(({ mailbox }) => mailbox.account))) {
      const all = await this.#changedAfter(account, 0 as ModSeq)
      for (const activity of all?.changed ?? []) {
        if (!this.#sights.has(activity.mailbox.id)) this.#unseen.set(activity.mailbox.id, activity)
      }
    }
  }

  async #gone(before: Sight): Promise<void> {
    const { id, account } = before.access.mailbox
    this.#sights.delete(id)
    const isForbidden = account !== this.#session.account && (await this.#session.store.mailboxes.get(id)) !== null
    this.#news.push({ kind: 'gone', before, isForbidden })
  }

  /** Old names and what they have become. */
  #renames(visible: readonly Access[]): ReadonlyMap<string, string> {
    const renames = new Map<string, string>()
    for (const { name, mailbox } of visible) {
      const before = this.#sights.get(mailbox.id)?.access.name
      if (before !== undefined && before !== name) renames.set(before, name)
    }
    return renames
  }

  #seen(access: Access, renames: ReadonlyMap<string, string>): void {
    const { id } = access.mailbox
    const before = this.#sights.get(id)
    const activity = before?.activity ?? this.#unseen.get(id)
    // Made and gone again within this look.
    if (activity === undefined) return
    const now = { access, activity }
    this.#sights.set(id, now)
    if (before === undefined) {
      this.#news.push({ kind: 'appeared', now })
      return
    }
    const oldName = before.access.name
    if (oldName !== access.name) {
      const isInferior = superiors(oldName).some(superior => {
        const renamed = renames.get(superior)
        return renamed !== undefined && access.name === renamed + oldName.slice(superior.length)
      })
      this.#news.push({ kind: 'renamed', now, before, isInferior })
    }
    if (isReadable(before) !== isReadable(now)) this.#news.push({ kind: 'readable', now })
  }

  /** Which names are subscribed to now. */
  async subscriptions(before: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const { store, account } = this.#session
    const now = new Set(await store.mailboxes.subscriptions(account))
    for (const name of now.symmetricDifference(before)) {
      this.#news.push({ kind: 'subscribed', name, isSubscribed: now.has(name) })
    }
    return now
  }

  /** Entries of an account's mailboxes, or of the server, that changed after a mod-sequence; answers up to where. */
  async metadata(account: AccountId, since: ModSeq): Promise<ModSeq> {
    const { store, account: who } = this.#session
    if (since === unknown) return store.metadata.modSeq(account)
    const { modSeq, changes } = await store.metadata.changedAfter(account, since, who)
    for (const change of changes) {
      const now = change.mailbox === null ? null : this.#sights.get(change.mailbox)
      if (now === undefined) continue
      this.#news.push({ kind: 'metadata', now, entry: change.name, account, modSeq: change.modSeq })
    }
    return modSeq
  }
}
