/**
 * What one session waits to hear (RFC 5465 §5): news that its filter means, kept until it may be told.
 *
 * - Past the limit nothing is kept any more, and the client is told so (RFC 5465 §5.8): a client that does not read costs
 *   no more than that.
 * - While a mailbox is selected its view tells of its messages; what the view has not told when it closes is told here.
 */
import type { Deed } from '../../extension.ts'
import { No } from '../../problem.ts'
import { info, type Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Interest, View } from '../../view.ts'
import { AccountWatch } from './account-watch.ts'
import { listLine, metadataLines, statusLine } from './announce.ts'
import { type EventName, hasMessageEvents } from './events.ts'
import { Hearing } from './hearing.ts'
import type { News, Sight } from './look.ts'
import type { Filter } from './mailboxes.ts'
import { Deeds, Pending } from './pending.ts'

export class Watch {
  readonly filter: Filter
  readonly #session: Session
  readonly #leave: () => void
  #account: AccountWatch | null = null
  #hearing: Hearing | null = null
  #deeds = new Deeds()
  /** New in the selected mailbox by its own doing. */
  readonly #ownArrivals = new Set<number>()
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
      watch.#hearing = new Hearing(session, filter, account)
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
    this.#account = this.#hearing = null
  }

  /** What is seen. */
  get account(): AccountWatch {
    if (this.#account === null) throw new Error('The watch is over')
    return this.#account
  }

  /** What is asked for, of what is seen. */
  get hearing(): Hearing {
    if (this.#hearing === null) throw new Error('The watch is over')
    return this.#hearing
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
      const events = this.hearing.eventsOf(sight)
      if (events.size > 0) yield [sight, events]
    }
  }

  /** A view was closed: what it has not told of is told here. */
  left(view: View): void {
    this.#hearing?.left(view)
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
    const hearing = this.#hearing
    const deeds = this.#deeds
    this.#deeds = new Deeds()
    if (account === null || hearing === null || hearing.pending.size === 0) return
    const { pending } = hearing
    hearing.pending = new Pending()
    pending.without(deeds, account)
    for (const [name, news] of pending.names) yield listLine(session, account, name, news)
    for (const [id, news] of pending.statuses) {
      const sight = account.sights.get(id)
      if (sight === undefined || !hearing.tellsMessages(sight, hearing.eventsOf(sight))) continue
      const line = await statusLine(session, sight, news)
      if (line !== null) yield line
    }
    yield* metadataLines(session, account, pending.entries.values())
  }

  #isTooMuch(): boolean {
    const limit = this.#session.limits.imapNotifyMailboxes
    if ((this.#account?.sights.size ?? 0) <= limit) return false
    let count = 0
    for (const _ of this.watched()) if (++count > limit) return true
    return false
  }

  #hear(news: readonly News[]): void {
    const { hearing } = this
    for (const one of news) hearing.hear(one)
    const isLonger = news.some(({ kind }) => kind !== 'messages' && kind !== 'metadata')
    if (hearing.pending.size <= this.#session.limits.imapNotifyPending && !(isLonger && this.#isTooMuch())) return
    this.close()
    this.#hasOverflowed = true
  }
}
