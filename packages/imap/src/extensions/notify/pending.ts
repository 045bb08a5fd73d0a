/**
 * What waits to be told, by mailbox, name and entry: what happens again while a client does not read takes no more room.
 */
import type { AccountId, MailboxId, ModSeq } from '@lemonade/store'
import type { Deed } from '../../extension.ts'
import type { AccountWatch } from './account-watch.ts'
import type { Sight } from './look.ts'

/** What to say of a mailbox's messages. */
export interface StatusNews {
  /** Up to here the client knows them. */
  readonly since: ModSeq
  /** It has not heard of the mailbox. */
  readonly isNew: boolean
  /** Some came or went. */
  readonly messages: boolean
  /** Flags or annotations that it asked for have changed. */
  readonly changes: boolean
  /** And with them how many are unseen. */
  readonly unseen: boolean
}

/** What has happened to a name. */
export interface NameNews {
  /** The names that were made, deleted, renamed, or 'subscribed' to or not: what this one is affected by. */
  readonly causes: ReadonlySet<string>
  readonly oldName: string | null
  /** It is there, and the client may not see it any more. */
  readonly isForbidden: boolean
}

export interface EntryNews {
  readonly mailbox: MailboxId | null
  readonly entry: string
  readonly account: AccountId
  readonly modSeq: ModSeq
}

/** A cause of news about a name. */
export const causeOf = {
  name: (name: string): string => `name ${name}`,
  subscription: (name: string): string => `subscription ${name}`,
}

export class Pending {
  readonly statuses = new Map<MailboxId, StatusNews>()
  readonly names = new Map<string, NameNews>()
  readonly entries = new Map<string, EntryNews>()
  #causes = 0

  /** How much waits. */
  get size(): number {
    return this.statuses.size + this.#causes + this.entries.size
  }

  status({ access }: Sight, news: StatusNews): void {
    const { id } = access.mailbox
    const before = this.statuses.get(id)
    this.statuses.set(
      id,
      before === undefined
        ? news
        : {
            since: Math.min(before.since, news.since) as ModSeq,
            isNew: before.isNew || news.isNew,
            messages: before.messages || news.messages,
            changes: before.changes || news.changes,
            unseen: before.unseen || news.unseen,
          },
    )
  }

  name(name: string, cause: string, more: Partial<Omit<NameNews, 'causes'>> = {}): void {
    const before = this.names.get(name)
    const causes = new Set(before?.causes).add(cause)
    this.#causes += causes.size - (before?.causes.size ?? 0)
    const oldName = before?.oldName ?? more.oldName ?? null
    this.names.set(name, { causes, oldName, isForbidden: more.isForbidden ?? false })
  }

  entry(news: EntryNews): void {
    this.entries.set(`${news.mailbox} ${news.entry.toLowerCase()}`, news)
  }

  /** Takes out what the session has done itself. */
  without(deeds: Deeds, account: AccountWatch): void {
    for (const [id, { since, isNew }] of this.statuses) {
      const sight = account.sights.get(id)
      if (sight === undefined || deeds.explain(sight, since) || (isNew && deeds.made(sight, account))) {
        this.statuses.delete(id)
      }
    }
    for (const [name, { causes }] of this.names) {
      if ([...causes].every(cause => deeds.caused(cause, account))) this.names.delete(name)
    }
    for (const [key, { account: of, modSeq }] of this.entries) if (deeds.set(of, modSeq)) this.entries.delete(key)
  }
}

/** What a session has done itself since it was last told something. */
export class Deeds {
  /** By cause, what it has made of it. */
  readonly #made = new Map<string, boolean>()
  readonly #messages = new Map<MailboxId, { readonly before: ModSeq; readonly modSeq: ModSeq }>()
  readonly #metadata = new Set<string>()

  add(deed: Deed): void {
    switch (deed.kind) {
      case 'messages':
        this.#addMessages(deed)
        break
      case 'name':
        this.#made.set(causeOf.name(deed.name), deed.exists)
        break
      case 'subscription':
        this.#made.set(causeOf.subscription(deed.name), deed.isSubscribed)
        break
      case 'metadata':
        this.#metadata.add(`${deed.account} ${deed.modSeq}`)
        break
    }
  }

  #addMessages({ mailbox, before, modSeq }: Extract<Deed, { kind: 'messages' }>): void {
    const known = this.#messages.get(mailbox)
    // Others did nothing between the two.
    const isNext = known !== undefined && before <= known.modSeq
    this.#messages.set(mailbox, { before: isNext ? known.before : before, modSeq })
  }

  /** Whether all that happened to the messages of a mailbox after `since` is its own doing. */
  explain({ activity: { mailbox } }: Sight, since: ModSeq): boolean {
    const own = this.#messages.get(mailbox.id)
    return own !== undefined && own.before <= since && mailbox.highestModSeq <= own.modSeq
  }

  /** Whether a mailbox is its own, as it made it. */
  made({ access, activity }: Sight, account: AccountWatch): boolean {
    return this.caused(causeOf.name(access.name), account) && activity.counts.messages === 0
  }

  /** Whether it is by its own doing that things are as they are now. */
  caused(cause: string, account: AccountWatch): boolean {
    const made = this.#made.get(cause)
    if (made === undefined) return false
    const [, kind, name = ''] = /^(\w+) (.*)$/s.exec(cause) ?? []
    const isThere =
      kind === 'name' ? account.byName.get(name)?.access.mailbox.selectable === true : account.subscriptions.has(name)
    return made === isThere
  }

  /** Whether a change of metadata is its own. */
  set(account: AccountId, modSeq: ModSeq): boolean {
    return this.#metadata.has(`${account} ${modSeq}`)
  }
}
