/**
 * A session's selected mailbox: what the client believes, which is the past, beside what the store's index knows.
 *
 * - The client's numbers change only in `tell`; between two calls every sequence number means one message.
 * - Without untold expunges the view shares the index's arrays and holds none of its own.
 * - A change is told once: what the session did itself is marked by its mod-sequence (`quiet`) and passed over.
 */
import type {
  FlagSetId,
  Mailbox,
  MailboxIndex,
  MailboxState,
  ModSeq,
  Store,
  Uid,
  UidList,
  UidRange,
  UidRanges,
} from '@lemonade/store'
import { type Access, flagRights } from './access.ts'
import { Bad } from './wire/bad.ts'
import { largestOf, type NumberSet, resolveRanges, type Seq, star } from './wire/number-set.ts'

/** Something that the client must hear about its mailbox. */
export type Change =
  | { readonly kind: 'expunged'; readonly uids: Uint32Array; readonly numbers: readonly Seq[] }
  | { readonly kind: 'arrived'; readonly uids: Uint32Array; readonly exists: number; readonly recent: number }
  | { readonly kind: 'flags'; readonly uids: Uint32Array }

/** Which kinds of change a client is to hear of. Those it is not to hear of wait, and its numbers stay as they are. */
export interface Interest {
  /** Messages that arrive and that are expunged. */
  readonly messages: boolean
  readonly flags: boolean
  /** Which entries of annotations change. */
  readonly annotations?: boolean
}

interface Gone {
  readonly uids: Uint32Array
  readonly numbers: readonly Seq[]
}

/** Arrivals that a session keeps in mind until the next time it hears of flags. */
const quietArrivals = 1_000

/** Changes of its own that a session keeps in mind until the next time it hears of flags. */
const quietChanges = 10_000

const noUids: Uint32Array = new Uint32Array(0)

const everything: Interest = { messages: true, flags: true }

/** Without any of these rights, a mailbox is read-only (RFC 4314 §5.2, RFC 5257 §3.4). */
const changing = ['i', 'e', 's', 'w', 't', 'n'] as const

/** Positions in the view, first inclusive, last exclusive. */
export interface Span {
  readonly from: number
  readonly to: number
}

export class View {
  /** It was opened to be looked at only, by EXAMINE. */
  readonly examined: boolean
  #access: Access
  /** The client does not know yet that it may do more, or less, with flags than it was told. */
  #rightsWait = false
  readonly #store: Store
  readonly #index: MailboxIndex
  #uids: UidList
  #count: number
  /** Messages from here on have not been told of. */
  #uidNext: number
  /** What has been told of flags. */
  #told: MailboxState
  /** Where arrivals ended that were told while flags were not, and the state that the client may know them in. */
  #arrivals: { readonly uidNext: number; readonly modSeq: ModSeq }[] = []
  /** What was there when something was last told; something may wait since. */
  #learnt: MailboxState
  /** Up to here everything has been told, expunges too. */
  #toldModSeq: ModSeq
  /** The view still has messages that are expunged. */
  #holdsGone = false
  /** What the session has changed itself, and whether that was flags. */
  readonly #quiet = new Map<ModSeq, boolean>()
  /** What the session has expunged itself and not told. */
  #taken = new Set<number>()
  #recent: { first: number; next: number }[] = []
  readonly #endings = new Set<() => void>()

  private constructor(store: Store, access: Access, index: MailboxIndex, examined: boolean) {
    this.#store = store
    this.#access = access
    this.examined = examined
    this.#index = index
    const state = index.state
    this.#uids = state.uids
    this.#count = state.count
    this.#uidNext = state.uidNext
    this.#told = state
    this.#learnt = state
    this.#toldModSeq = state.modSeq
  }

  /** Opens a mailbox as it is now. Throws no-such-mailbox. */
  static async open(store: Store, access: Access, examined: boolean): Promise<View> {
    const index = await store.messages.index(access.mailbox.id)
    try {
      await index.refresh()
      const view = new View(store, access, index, examined)
      await view.#claimRecent()
      return view
    } catch (error) {
      index.release()
      throw error
    }
  }

  /** The mailbox, and what the session may do with it. */
  get access(): Access {
    return this.#access
  }

  get mailbox(): Mailbox {
    return this.#access.mailbox
  }

  /** Nothing in it can be changed here: it was examined, or the session has no right to change anything (RFC 4314 §5.2). */
  get readOnly(): boolean {
    return this.examined || !changing.some(right => this.#access.rights.has(right))
  }

  /** Learns that the session may do something else with the mailbox than before. */
  allow(access: Access): void {
    const told = flagRights(this.#access.rights)
    this.#access = access
    if (!this.examined && flagRights(access.rights) !== told) this.#rightsWait = true
  }

  /** Whether the client must hear of its rights to flags; it does now. */
  tellRights(): boolean {
    const waits = this.#rightsWait
    this.#rightsWait = false
    return waits
  }

  close(): void {
    for (const ending of this.#endings) ending()
    this.#endings.clear()
    this.#index.release()
  }

  /** Calls back once, when the mailbox is left; returns a function that takes it back. */
  whenClosed(ending: () => void): () => void {
    this.#endings.add(ending)
    return () => this.#endings.delete(ending)
  }

  /** EXISTS as the client knows it. */
  get count(): number {
    return this.#count
  }

  get uidNext(): number {
    return this.#uidNext
  }

  /** The mod-sequence up to which everything has been told: below that of any expunge that waits. */
  get toldModSeq(): ModSeq {
    return this.#toldModSeq
  }

  /** Whether expunges wait to be told. */
  get holdsExpunges(): boolean {
    return this.#holdsGone
  }

  /** The flags that the client believes a message to have; null where that cannot be known. */
  toldFlagSet(uid: number): FlagSetId | null {
    // Who does not hear of flags may have asked for them.
    return this.#told === this.#learnt ? this.#flagSetIn(this.#told, uid) : null
  }

  /** Null where the state has no such message. */
  #flagSetIn(state: MailboxState, uid: number): FlagSetId | null {
    const position = state.uids.lowerBound(uid)
    return position < state.count && state.uids.at(position) === uid ? state.flagSetAt(position) : null
  }

  /** The newest state that the index has. */
  get newest(): MailboxState {
    return this.#index.state
  }

  /** The newest state, and whether its messages stand where they stand in the view. */
  standing(): { readonly newest: MailboxState; readonly isAligned: boolean } {
    const newest = this.#index.state
    return { newest, isAligned: newest.uids.root === this.#uids.root && newest.count >= this.#count }
  }

  /** What `*` means to UID commands; 0 in an empty mailbox. */
  get largestUid(): number {
    return this.#count === 0 ? 0 : this.#uids.at(this.#count - 1)
  }

  get recentCount(): number {
    return this.#recent.reduce((sum, range) => sum + this.#lower(range.next) - this.#lower(range.first), 0)
  }

  isRecent(uid: number): boolean {
    for (const range of this.#recent) if (uid >= range.first && uid < range.next) return true
    return false
  }

  /** The messages that are \Recent to this session. */
  recentUids(): UidRanges {
    return this.#recent
      .filter(range => range.first < range.next)
      .map(range => ({ first: range.first as Uid, last: (range.next - 1) as Uid }))
  }

  uidAt(position: number): Uid {
    return this.#uids.at(position)
  }

  seqAt(position: number): Seq {
    return (position + 1) as Seq
  }

  /** The message's number, or 0 where the view has none of that UID. */
  seqOf(uid: number): Seq {
    const position = this.#lower(uid)
    return (position < this.#count && this.#uids.at(position) === uid ? position + 1 : 0) as Seq
  }

  /** Numbers of messages, leaving out those that the client has not been told of. */
  seqsOf(uids: Uint32Array): Uint32Array {
    const numbers = new Uint32Array(uids.length)
    let found = 0
    for (const uid of uids) {
      const seq = this.seqOf(uid)
      if (seq > 0) numbers[found++] = seq
    }
    return numbers.subarray(0, found)
  }

  /** Those of the UIDs that the client has been told of. */
  known(uids: Uint32Array): Uint32Array {
    return uids.length === 0 || (uids.at(-1) as number) < this.#uidNext
      ? uids
      : uids.subarray(0, lowerBound(uids, uids.length, this.#uidNext))
  }

  /** Turns a set of a command into UIDs. Throws `Bad` for a sequence number that no message has (RFC 3501 §9, seq-number). */
  resolve(set: NumberSet<unknown>, byUid: boolean): UidRanges {
    if (byUid) return resolveRanges(set, this.largestUid) as unknown as UidRanges
    const largest = largestOf(set)
    if (this.#count === 0 || (largest !== star && largest > this.#count)) throw new Bad('No message has that number')
    return this.resolveLoosely(set)
  }

  /** The same as a search key: numbers that no message has match nothing. */
  resolveLoosely(set: NumberSet<unknown>): UidRanges {
    const ranges: UidRange[] = []
    for (const { first, last } of resolveRanges(set, this.#count)) {
      if (first > this.#count) continue
      ranges.push({ first: this.uidAt(first - 1), last: this.uidAt(Math.min(last, this.#count) - 1) })
    }
    return ranges
  }

  /** Every message that the client knows, by UID. */
  all(): UidRanges {
    return this.#count === 0 ? [] : [{ first: this.uidAt(0), last: this.uidAt(this.#count - 1) }]
  }

  /** Where the messages of the ranges stand in the view. */
  spans(ranges: UidRanges): Span[] {
    const spans: Span[] = []
    for (const { first, last } of ranges) {
      const from = this.#lower(first)
      const to = this.#lower(last + 1)
      if (from < to) spans.push({ from, to })
    }
    return spans
  }

  /** The ranges without messages that the client has not been told of. */
  clip(ranges: UidRanges): UidRanges {
    return this.spans(ranges).map(({ from, to }) => ({ first: this.uidAt(from), last: this.uidAt(to - 1) }))
  }

  /** Where a message of the view stands in the index's newest state; -1 where it is gone. */
  newestPosition(position: number): number {
    const newest = this.#index.state
    const uid = this.#uids.at(position)
    // Without expunges before it a message keeps its place.
    return position < newest.count && newest.uids.at(position) === uid ? position : this.#index.position(uid)
  }

  /** Messages of the view that the mailbox has no more, ascending. */
  gone(): Uint32Array {
    const end = this.#index.state.uids.lowerBound(this.#uidNext)
    return this.#count > end ? this.#goneFrom(this.#index.state, end).uids : noUids
  }

  /** How many messages of the ranges the client knows and others have expunged. */
  goneWithin(ranges: UidRanges): number {
    const newest = this.#index.state
    let gone = 0
    for (const { first, last } of ranges) {
      const known = this.#lower(last + 1) - this.#lower(first)
      const end = Math.min(last + 1, this.#uidNext)
      const there = newest.uids.lowerBound(end) - newest.uids.lowerBound(first)
      gone += known - there
    }
    return gone
  }

  /** UIDs of the ranges that are in the view and still in the mailbox. */
  present(ranges: UidRanges): Uint32Array {
    const newest = this.#index.state
    const pieces: Uint32Array[] = []
    for (const { first, last } of ranges) {
      const from = newest.uids.lowerBound(first)
      const to = newest.uids.lowerBound(Math.min(last + 1, this.#uidNext))
      if (from < to) pieces.push(newest.uids.slice(from, to))
    }
    return concatenate(pieces)
  }

  /** Those UIDs of the ranges that the client may know of and the view does not have. */
  absent(ranges: UidRanges): UidRanges {
    const absent: UidRange[] = []
    for (const { first, last } of ranges) {
      const end = Math.min(last, this.#uidNext - 1)
      let next = first as number
      for (let at = this.#lower(first); at < this.#count && this.#uids.at(at) <= end; at++) {
        const uid: number = this.#uids.at(at)
        if (uid > next) absent.push({ first: next as Uid, last: (uid - 1) as Uid })
        next = uid + 1
      }
      if (next <= end) absent.push({ first: next as Uid, last: end as Uid })
    }
    return absent
  }

  /** UIDs of changed messages, ascending, as far as the client knows them. */
  changedAfter(modSeq: ModSeq): Uint32Array {
    return this.known(this.#index.changedAfter(modSeq))
  }

  /** Learns what happened, without telling. Throws no-such-mailbox where the mailbox was deleted. */
  async learn(): Promise<void> {
    await this.#index.refresh()
  }

  /** The session made this change and tells of it itself. Where it left `flags` as they were, others' changes of them stay news. */
  quiet(modSeq: ModSeq, flags = true): void {
    // Past the bound, a change may be told that is known: that harms nobody.
    if (this.#quiet.size >= quietChanges) this.#quiet.clear()
    this.#quiet.set(modSeq, flags)
  }

  /** The session expunged these itself: it hears of them at the end of its command, whatever else it is not to hear of. */
  took(uids: Iterable<number>): void {
    for (const uid of uids) this.#taken.add(uid)
  }

  /**
   * What has been learnt and not told, oldest kind first. Without `mayExpunge` the client's numbers stay as they are,
   * new messages come behind them, and the expunges wait (RFC 3501 §7.4.1). What `interest` leaves out waits, too.
   */
  async *tell(mayExpunge: boolean, interest: Interest = everything): AsyncGenerator<Change, void, void> {
    const next = this.#index.state
    if (!this.#hasNews(next, mayExpunge, interest)) return
    const before = this.#uidNext
    const arrivedAt = next.uids.lowerBound(before)
    const arrived = interest.messages ? next.uids.slice(arrivedAt, next.count) : noUids
    const gone = this.#count > arrivedAt ? this.#goneFrom(next, arrivedAt) : null
    const told = gone && mayExpunge ? this.#mayTell(gone, interest) : null
    this.#holdsGone = (gone?.uids.length ?? 0) > (told?.uids.length ?? 0)
    if (!this.#holdsGone) this.#adopt(next.uids, interest.messages ? next.count : arrivedAt)
    else if (told !== null || arrived.length > 0) {
      this.#adopt(
        this.#head()
          .without(told?.uids ?? noUids)
          .concat(arrived),
      )
    }
    if (interest.messages) this.#uidNext = next.uidNext
    const changed = interest.flags ? this.#loudChanges(before) : noUids
    if (interest.flags) {
      this.#told = next
      this.#quiet.clear()
      this.#arrivals = []
    } else if (arrived.length > 0) {
      // Past the bound, flags may be told that the client knows: that harms nobody.
      if (this.#arrivals.length === quietArrivals) this.#arrivals.shift()
      this.#arrivals.push({ uidNext: next.uidNext, modSeq: next.modSeq })
    }
    if (mayExpunge) this.#taken.clear()
    this.#learnt = next
    if (!this.#holdsGone && this.#uidNext === next.uidNext && this.#told === next) this.#toldModSeq = next.modSeq
    if (told) yield { kind: 'expunged', ...told }
    if (arrived.length > 0) {
      await this.#claimRecent()
      yield { kind: 'arrived', uids: arrived, exists: this.#count, recent: this.recentCount }
    }
    if (changed.length > 0) yield { kind: 'flags', uids: changed }
  }

  #hasNews(next: MailboxState, mayExpunge: boolean, interest: Interest): boolean {
    if (next.modSeq !== this.#learnt.modSeq) return true
    if (mayExpunge && this.#holdsGone && (interest.messages || this.#taken.size > 0)) return true
    return (
      (interest.messages && next.uidNext !== this.#uidNext) || (interest.flags && next.modSeq !== this.#told.modSeq)
    )
  }

  /** Those of the expunges that the client is to hear of, with the numbers that they have then. */
  #mayTell(gone: Gone, interest: Interest): Gone | null {
    if (interest.messages) return gone
    const uids = gone.uids.filter(uid => this.#taken.has(uid))
    if (uids.length === 0) return null
    return { uids, numbers: Array.from(uids, (uid, before) => (this.seqOf(uid) - before) as Seq) }
  }

  /** The view's messages, as a list that ends with the last of them. */
  #head(): UidList {
    const { length } = this.#uids
    return this.#count === length ? this.#uids : this.#uids.without(this.#uids.slice(this.#count, length))
  }

  #adopt(uids: UidList, count = uids.length): void {
    this.#uids = uids
    this.#count = count
  }

  /** Which messages are gone, and the number each has when those before it have been told of. */
  #goneFrom(next: MailboxState, end: number): Gone {
    const uids = new Uint32Array(this.#count - end)
    const numbers: Seq[] = []
    for (let position = 0; numbers.length < uids.length; position++) {
      position = this.#firstGone(next.uids, end, position, numbers.length)
      uids[numbers.length] = this.#uids.at(position)
      numbers.push((position + 1 - numbers.length) as Seq)
    }
    return { uids, numbers }
  }

  /** The first position from `from` on whose message is gone, where `gone` before it are: up to it, all moved by as many. */
  #firstGone(there: UidList, end: number, from: number, gone: number): number {
    const isThere = (position: number): boolean =>
      position - gone < end && there.at(position - gone) === this.#uids.at(position)
    let low = from
    let high = from
    for (let step = 1; high < this.#count && isThere(high); step *= 2) {
      low = high + 1
      high += step
    }
    high = Math.min(high, this.#count)
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isThere(middle)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Changes of messages that the client knew before, except the session's own. */
  #loudChanges(before: number): Uint32Array {
    const { newest } = this
    return this.#index.changedAfter(this.#told.modSeq).filter(uid => {
      if (uid >= before || this.seqOf(uid) === 0) return false
      const position = this.#index.position(uid as Uid)
      if (position === -1) return false
      const modSeq = newest.modSeqAt(position)
      const arrival = this.#arrivals.find(({ uidNext }) => uid < uidNext)
      const asArrived = uid >= this.#told.uidNext && arrival !== undefined && modSeq <= arrival.modSeq
      if (asArrived) return false
      const ownFlags = this.#quiet.get(modSeq)
      return ownFlags === undefined || (!ownFlags && this.#flagSetIn(this.#told, uid) !== newest.flagSetAt(position))
    })
  }

  /** Takes what is recent to nobody yet; after EXAMINE only looks (RFC 3501 §2.3.2). */
  async #claimRecent(): Promise<void> {
    const { mailboxes } = this.#store
    if (this.readOnly) {
      const { first } = await mailboxes.recent(this.mailbox.id, false)
      this.#recent = [{ first, next: Number.POSITIVE_INFINITY }]
      return
    }
    const claimed = await mailboxes.recent(this.mailbox.id, true)
    if (claimed.first < claimed.next) this.#recent.push(claimed)
  }

  /** The first position whose UID is not below this one. */
  #lower(uid: number): number {
    return Math.min(this.#uids.lowerBound(uid), this.#count)
  }
}

function lowerBound(sorted: Uint32Array, count: number, value: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function concatenate(pieces: readonly Uint32Array[]): Uint32Array {
  if (pieces.length === 1) return pieces[0] as Uint32Array
  const joined = new Uint32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
