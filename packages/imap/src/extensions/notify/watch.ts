/**
 * What one session waits to hear (RFC 5465 §5): news that its filter means, kept until it may be told.
 *
 * - Past the limit nothing is kept any more, and the client is told so (RFC 5465 §5.8): a client that does not read costs
 *   no more than that.
 * - While a mailbox is selected its view tells of its messages; what the view has not told when it closes is told here.
 */
import { type ModSeq, otherUsers } from '@lemonade/store'
import { superiors } from '../../core/list-entries.ts'
import type { Deed } from '../../extension.ts'
import type { Subject } from '../../grammar/filter-mailboxes.ts'
import { delimiter } from '../../grammar/mailbox.ts'
import { No } from '../../problem.ts'
import { info, type Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Interest, View } from '../../view.ts'
import { AccountWatch } from './account-watch.ts'
import { listLine, metadataLines, statusLine } from './announce.ts'
import { type EventName, hasMessageEvents } from './events.ts'
import { isReadable, type News, type Sight } from './look.ts'
import type { Filter } from './mailboxes.ts'
import { causeOf, Deeds, Pending } from './pending.ts'

/** No mailbox's messages are known up to there. */
const never = 0 as ModSeq

export class Watch {
  readonly filter: Filter
  readonly #session: Session
  readonly #leave: () => void
  #account: AccountWatch | null = null
  #pending = new Pending()
  #deeds = new Deeds()
  /** New in the selected mailbox by its own doing. */
  readonly #ownArrivals = new Set<number>()
  /** Names that were told as \NoAccess. */
  readonly #denied = new Set<string>()
  #hasOverflowed = false

  private constructor(session: Session, filter: Filter) {
    this.#session = session
    this.filter = filter
    this.#leave = session.whenOver(() => this.close())
  }

  /**
   * Begins to watch: whatever happens after the state that it finds will be told. Throws `No` where that is too much.
   */
  static async begin(session: Session, filter: Filter): Promise<Watch> {
    const watch = new Watch(session, filter)
    const hear = (news: readonly News[]) => {
      // Until it is there, the state that it will find has what is new.
      if (watch.#account !== null) watch.#hear(news)
    }
    try {
      const account = await AccountWatch.join(session, hear)
      watch.#account = account
      const quiet = account.whenStale(() => session.wake())
      watch.#release = () => {
        quiet()
        account.leave(hear)
      }
      if (watch.#isTooMuch()) throw new No('That is too much to watch', 'NOTIFICATIONOVERFLOW')
      return watch
    } catch (error) {
      watch.close()
      throw error
    }
  }

  #release: () => void = () => {}

  close(): void {
    this.#release()
    this.#release = () => {}
    this.#leave()
    this.#account = null
    this.#pending = new Pending()
  }

  /** What is seen. */
  get account(): AccountWatch {
    if (this.#account === null) throw new Error('The watch is over')
    return this.#account
  }

  /** What is to be heard of the selected mailbox. */
  get interest(): Interest {
    const { selected } = this.filter
    if (selected === null || this.#account === null) return { messages: false, flags: false }
    return {
      messages: hasMessageEvents(selected.names),
      flags: selected.names.has('FlagChange'),
      annotations: selected.names.has('AnnotationChange'),
    }
  }

  did(deed: Deed): void {
    if (this.#account === null) return
    this.#deeds.add(deed)
    if (deed.kind !== 'messages' || deed.mailbox !== this.#session.selected?.mailbox.id) return
    for (const uid of deed.uids ?? []) this.#ownArrivals.add(uid)
  }

  /** Those of the messages that others have put there. */
  byOthers(uids: Uint32Array): Uint32Array {
    return uids.filter(uid => !this.#ownArrivals.has(uid))
  }

  /** What is watched besides the selected mailbox, with what is asked for of each. */
  *watched(): Generator<[Sight, ReadonlySet<EventName>], void, void> {
    for (const sight of this.#account?.sights.values() ?? []) {
      const events = this.#eventsOf(sight)
      if (events.size > 0) yield [sight, events]
    }
  }

  /** Whether messages of a mailbox are to be told of here, and not by the view that has it selected. */
  tellsMessages(sight: Sight, events: ReadonlySet<EventName>): boolean {
    const { id, selectable } = sight.access.mailbox
    return hasMessageEvents(events) && selectable && isReadable(sight) && this.#session.selected?.mailbox.id !== id
  }

  /** The client has been told that it may not read this. */
  denied(name: string): void {
    this.#denied.add(name)
  }

  /** A view was closed: what it has not told of is told here. */
  left(view: View): void {
    const sight = this.#account?.sights.get(view.mailbox.id)
    if (sight === undefined || sight.activity.mailbox.highestModSeq <= view.toldModSeq) return
    const events = this.#eventsOf(sight)
    if (!hasMessageEvents(events) || !isReadable(sight)) return
    const { counts, mailbox } = sight.activity
    this.#pending.status(sight, {
      since: view.toldModSeq,
      isNew: false,
      messages: counts.messages !== view.count || mailbox.uidNext !== view.uidNext,
      changes: events.has('FlagChange') || events.has('AnnotationChange'),
      unseen: events.has('FlagChange'),
    })
  }

  /** Everything that waits. */
  async *tell(): AsyncGenerator<Response, void, void> {
    const session = this.#session
    await this.#account?.refresh(session)
    this.#ownArrivals.clear()
    if (this.#hasOverflowed) {
      this.#hasOverflowed = false
      yield info('NOTIFICATIONOVERFLOW', 'Too much happens to tell of it: NOTIFY NONE')
      return
    }
    const account = this.#account
    const deeds = this.#deeds
    this.#deeds = new Deeds()
    if (account === null || this.#pending.size === 0) return
    const pending = this.#pending
    this.#pending = new Pending()
    pending.without(deeds, account)
    for (const [name, news] of pending.names) yield listLine(session, account, name, news)
    for (const [id, news] of pending.statuses) {
      const sight = account.sights.get(id)
      if (sight === undefined || !this.tellsMessages(sight, this.#eventsOf(sight))) continue
      const line = await statusLine(session, sight, news)
      if (line !== null) yield line
    }
    yield* metadataLines(session, account, pending.entries.values())
  }

  #subject({ access }: Sight): Subject {
    return {
      name: access.name,
      isPersonal: access.mailbox.account === this.#session.account,
      isSubscribed: this.#account?.subscriptions.has(access.name) === true,
    }
  }

  #eventsOf(sight: Sight): ReadonlySet<EventName> {
    return this.filter.eventsOf(this.#subject(sight))
  }

  #isTooMuch(): boolean {
    const limit = this.#session.limits.imapNotifyMailboxes
    if ((this.#account?.sights.size ?? 0) <= limit) return false
    let count = 0
    for (const _ of this.watched()) if (++count > limit) return true
    return false
  }

  #hear(news: readonly News[]): void {
    for (const one of news) this.#one(one)
    const isLonger = news.some(({ kind }) => kind !== 'messages' && kind !== 'metadata')
    if (this.#pending.size <= this.#session.limits.imapNotifyPending && !(isLonger && this.#isTooMuch())) return
    this.close()
    this.#hasOverflowed = true
  }

  #one(news: News): void {
    switch (news.kind) {
      case 'messages':
        this.#messages(news)
        break
      case 'appeared':
        this.#appeared(news.now)
        break
      case 'gone':
        this.#gone(news)
        break
      case 'renamed':
        this.#renamed(news)
        break
      case 'readable':
        this.#readable(news.now)
        break
      case 'subscribed':
        this.#subscribed(news)
        break
      case 'metadata':
        this.#metadata(news)
        break
      default:
        news satisfies never
    }
  }

  #messages({ now, before }: Extract<News, { kind: 'messages' }>): void {
    const events = this.#eventsOf(now)
    if (!this.tellsMessages(now, events)) return
    const { activity } = now
    const since = before.mailbox.highestModSeq
    const hasFlags = events.has('FlagChange') && activity.flagsModSeq > since
    const hasAnnotations = events.has('AnnotationChange') && activity.annotationsModSeq > since
    const messages =
      activity.mailbox.uidNext !== before.mailbox.uidNext || activity.counts.messages !== before.counts.messages
    const unseen = events.has('FlagChange') && activity.counts.unseen !== before.counts.unseen
    if (!messages && !hasFlags && !hasAnnotations) return
    this.#pending.status(now, { since, isNew: false, messages, changes: hasFlags || hasAnnotations, unseen })
  }

  #appeared(now: Sight): void {
    const { name } = now.access
    const subject = this.#subject(now)
    const events = this.filter.eventsOf(subject)
    if (events.has('MailboxName')) {
      const isInbox = now.activity.wasInbox && subject.isPersonal
      this.#pending.name(name, causeOf.name(name), isInbox ? { oldName: 'INBOX' } : {})
    }
    this.#parent(subject)
    this.#mayRead(now, events)
  }

  #gone({ before, isForbidden }: Extract<News, { kind: 'gone' }>): void {
    const { name, mailbox } = before.access
    this.#pending.statuses.delete(mailbox.id)
    const subject = this.#subject(before)
    const events = this.filter.eventsOf(subject)
    if (events.has('MailboxName') || (isForbidden && events.size > 0)) {
      this.#pending.name(name, causeOf.name(name), { isForbidden })
      if (isForbidden) this.denied(name)
    }
    this.#parent(subject)
  }

  /** What is made or deleted affects the name above it (RFC 5465 §5.4). */
  #parent(subject: Subject): void {
    const parent = superiors(subject.name).next().value
    if (parent === undefined) return
    const isSubscribed = this.#account?.subscriptions.has(parent) === true
    const events = this.filter.eventsOf({ ...subject, name: parent, isSubscribed })
    if (events.has('MailboxName')) this.#pending.name(parent, causeOf.name(subject.name))
  }

  #renamed({ now, before, isInferior }: Extract<News, { kind: 'renamed' }>): void {
    const events = this.#eventsOf(now)
    const eventsBefore = this.#eventsOf(before)
    const isAsked = events.has('MailboxName') || eventsBefore.has('MailboxName')
    const { name } = now.access
    if (isAsked && !isInferior) this.#pending.name(name, causeOf.name(name), { oldName: before.access.name })
    if (!hasMessageEvents(eventsBefore)) this.#mayRead(now, events)
  }

  #readable(now: Sight): void {
    this.#mayRead(now, this.#eventsOf(now))
  }

  /** A mailbox has come into what is watched, or its rights have changed (RFC 5465 §3.1, §5.9). */
  #mayRead(now: Sight, events: ReadonlySet<EventName>): void {
    const { name } = now.access
    if (events.size === 0) return
    if (!isReadable(now)) {
      this.#pending.name(name, causeOf.name(name))
      this.denied(name)
      return
    }
    if (this.#denied.delete(name)) this.#pending.name(name, causeOf.name(name))
    if (!this.tellsMessages(now, events)) return
    this.#pending.status(now, { since: never, isNew: true, messages: true, changes: true, unseen: false })
  }

  #subscribed({ name, isSubscribed }: Extract<News, { kind: 'subscribed' }>): void {
    const sight = this.#account?.byName.get(name)
    const isPersonal = !name.startsWith(`${otherUsers}${delimiter}`)
    const without = this.filter.eventsOf({ name, isPersonal, isSubscribed: false })
    const within = this.filter.eventsOf({ name, isPersonal, isSubscribed: true })
    if (without.has('SubscriptionChange') || within.has('SubscriptionChange')) {
      this.#pending.name(name, causeOf.subscription(name))
    }
    if (sight !== undefined && isSubscribed && !hasMessageEvents(without)) this.#mayRead(sight, within)
  }

  #metadata({ now, entry, account, modSeq }: Extract<News, { kind: 'metadata' }>): void {
    const isAsked =
      now === null
        ? this.filter.asksFor('ServerMetadataChange')
        : isReadable(now) && this.#eventsOf(now).has('MailboxMetadataChange')
    if (!isAsked) return
    this.#pending.entry({ mailbox: now?.access.mailbox.id ?? null, entry, account, modSeq })
  }
}
