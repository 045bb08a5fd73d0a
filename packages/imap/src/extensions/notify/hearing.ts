/** What news means to one session (RFC 5465 §5): which of it is asked for, and what is to be said of it. */
import { type ModSeq, otherUsers } from '@lemonade/store'
import { superiors } from '../../core/list-entries.ts'
import type { Subject } from '../../grammar/filter-mailboxes.ts'
import { delimiter } from '../../grammar/mailbox.ts'
import type { Session } from '../../session.ts'
import type { View } from '../../view.ts'
import type { AccountWatch } from './account-watch.ts'
import { type EventName, hasMessageEvents } from './events.ts'
import { isReadable, type News, type Sight } from './look.ts'
import type { Filter } from './mailboxes.ts'
import { causeOf, Pending } from './pending.ts'

/** No mailbox's messages are known up to there. */
const never = 0 as ModSeq

export class Hearing {
  readonly #session: Session
  readonly #filter: Filter
  readonly #account: AccountWatch
  /** What is to be said. */
  pending = new Pending()
  /** Names that were told as \NoAccess. */
  readonly denied = new Set<string>()

  constructor(session: Session, filter: Filter, account: AccountWatch) {
    this.#session = session
    this.#filter = filter
    this.#account = account
  }

  /** The events that are asked for of a mailbox. */
  eventsOf(sight: Sight): ReadonlySet<EventName> {
    return this.#filter.eventsOf(this.#subject(sight))
  }

  #subject({ access }: Sight): Subject {
    return {
      name: access.name,
      isPersonal: access.mailbox.account === this.#session.account,
      isSubscribed: this.#account.subscriptions.has(access.name),
    }
  }

  /** Whether messages of a mailbox are to be told of here, and not by the view that has it selected. */
  tellsMessages(sight: Sight, events: ReadonlySet<EventName>): boolean {
    const { id, selectable } = sight.access.mailbox
    return hasMessageEvents(events) && selectable && isReadable(sight) && this.#session.selected?.mailbox.id !== id
  }

  /** A view was closed: what it has not told of is told here. */
  left(view: View): void {
    const sight = this.#account.sights.get(view.mailbox.id)
    if (sight === undefined || sight.activity.mailbox.highestModSeq <= view.toldModSeq) return
    const events = this.eventsOf(sight)
    if (!hasMessageEvents(events) || !isReadable(sight)) return
    const { counts, mailbox } = sight.activity
    this.pending.status(sight, {
      since: view.toldModSeq,
      isNew: false,
      messages: counts.messages !== view.count || mailbox.uidNext !== view.uidNext,
      changes: events.has('FlagChange') || events.has('AnnotationChange'),
      unseen: events.has('FlagChange'),
    })
  }

  hear(news: News): void {
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
    const events = this.eventsOf(now)
    if (!this.tellsMessages(now, events)) return
    const { activity } = now
    const since = before.mailbox.highestModSeq
    const hasFlags = events.has('FlagChange') && activity.flagsModSeq > since
    const hasAnnotations = events.has('AnnotationChange') && activity.annotationsModSeq > since
    const messages =
      activity.mailbox.uidNext !== before.mailbox.uidNext || activity.counts.messages !== before.counts.messages
    const unseen = events.has('FlagChange') && activity.counts.unseen !== before.counts.unseen
    if (!messages && !hasFlags && !hasAnnotations) return
    this.pending.status(now, { since, isNew: false, messages, changes: hasFlags || hasAnnotations, unseen })
  }

  #appeared(now: Sight): void {
    const { name } = now.access
    const subject = this.#subject(now)
    const events = this.#filter.eventsOf(subject)
    if (events.has('MailboxName')) {
      const isInbox = now.activity.wasInbox && subject.isPersonal
      this.pending.name(name, causeOf.name(name), isInbox ? { oldName: 'INBOX' } : {})
    }
    this.#parent(subject)
    this.#mayRead(now, events)
  }

  #gone({ before, isForbidden }: Extract<News, { kind: 'gone' }>): void {
    const { name, mailbox } = before.access
    this.pending.statuses.delete(mailbox.id)
    const subject = this.#subject(before)
    const events = this.#filter.eventsOf(subject)
    if (events.has('MailboxName') || (isForbidden && events.size > 0)) {
      this.pending.name(name, causeOf.name(name), { isForbidden })
      if (isForbidden) this.denied.add(name)
    }
    this.#parent(subject)
  }

  /** What is made or deleted affects the name above it (RFC 5465 §5.4). */
  #parent(subject: Subject): void {
    const parent = superiors(subject.name).next().value
    if (parent === undefined) return
    const isSubscribed = this.#account.subscriptions.has(parent)
    const events = this.#filter.eventsOf({ ...subject, name: parent, isSubscribed })
    if (events.has('MailboxName')) this.pending.name(parent, causeOf.name(subject.name))
  }

  #renamed({ now, before, isInferior }: Extract<News, { kind: 'renamed' }>): void {
    const events = this.eventsOf(now)
    const eventsBefore = this.eventsOf(before)
    const isAsked = events.has('MailboxName') || eventsBefore.has('MailboxName')
    const { name } = now.access
    if (isAsked && !isInferior) this.pending.name(name, causeOf.name(name), { oldName: before.access.name })
    if (!hasMessageEvents(eventsBefore)) this.#mayRead(now, events)
  }

  #readable(now: Sight): void {
    this.#mayRead(now, this.eventsOf(now))
  }

  /** A mailbox has come into what is watched, or its rights have changed (RFC 5465 §3.1, §5.9). */
  #mayRead(now: Sight, events: ReadonlySet<EventName>): void {
    const { name } = now.access
    if (events.size === 0) return
    if (!isReadable(now)) {
      this.pending.name(name, causeOf.name(name))
      this.denied.add(name)
      return
    }
    if (this.denied.delete(name)) this.pending.name(name, causeOf.name(name))
    if (!this.tellsMessages(now, events)) return
    this.pending.status(now, { since: never, isNew: true, messages: true, changes: true, unseen: false })
  }

  #subscribed({ name, isSubscribed }: Extract<News, { kind: 'subscribed' }>): void {
    const sight = this.#account.byName.get(name)
    const isPersonal = !name.startsWith(`${otherUsers}${delimiter}`)
    const without = this.#filter.eventsOf({ name, isPersonal, isSubscribed: false })
    const within = this.#filter.eventsOf({ name, isPersonal, isSubscribed: true })
    if (without.has('SubscriptionChange') || within.has('SubscriptionChange')) {
      this.pending.name(name, causeOf.subscription(name))
    }
    if (sight !== undefined && isSubscribed && !hasMessageEvents(without)) this.#mayRead(sight, within)
  }

  #metadata({ now, entry, account, modSeq }: Extract<News, { kind: 'metadata' }>): void {
    const isAsked =
      now === null
        ? this.#filter.asksFor('ServerMetadataChange')
        : isReadable(now) && this.eventsOf(now).has('MailboxMetadataChange')
    if (!isAsked) return
    this.pending.entry({ mailbox: now?.access.mailbox.id ?? null, entry, account, modSeq })
  }
}
