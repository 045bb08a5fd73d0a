/**
 * What a client must believe the result of a live search to be, and the words that change what it believes: pairs of a
 * position and of messages (RFC 5267 §4.3.2).
 *
 * - In mailbox order the position is 0: the client puts numbers where they belong and finds them again (§4.3.3, §4.3.4).
 * - In sort order it counts from 1, and each pair is meant after those before it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MailboxId, Messages, SortKey, Uid } from '@lemonade/store'
import { OrderedUids } from './ordered-uids.ts'
import { UidTable } from './uid-table.ts'

/** context-position SP sequence-set, as UIDs in the order of the list. */
export interface Pair {
  readonly position: number
  readonly uids: number[]
}

export interface ResultList {
  readonly size: number
  has(uid: number): boolean
  /** Takes out messages that it has, which ascend. */
  remove(uids: Uint32Array): Promise<readonly Pair[]>
  /** Puts in messages that it has not, which ascend; leaves out what has gone meanwhile. */
  add(uids: Uint32Array): Promise<readonly Pair[]>
}

/** Messages of one pair: no response is to be long. */
const pairMessages = 500
/** Messages put in or taken out in a turn. */
const stepMessages = 5_000

/** The result of SEARCH: of a message only whether it is in it. */
export class InMailboxOrder implements ResultList {
  readonly #members = new UidTable()

  get size(): number {
    return this.#members.size
  }

  has(uid: number): boolean {
    return this.#members.has(uid)
  }

  remove(uids: Uint32Array): Promise<readonly Pair[]> {
    return this.#set(uids, 0)
  }

  add(uids: Uint32Array): Promise<readonly Pair[]> {
    return this.#set(uids, 1)
  }

  async #set(uids: Uint32Array, value: 0 | 1): Promise<readonly Pair[]> {
    const pairs: Pair[] = []
    for (let at = 0; at < uids.length; at += pairMessages) {
      const some = Array.from(uids.subarray(at, at + pairMessages))
      for (const uid of some) this.#members.set(uid, value)
      pairs.push({ position: 0, uids: some })
      if ((at / pairMessages) % 20 === 19) await nextTurn()
    }
    return pairs
  }
}

/** The result of SORT. */
export class InSortOrder implements ResultList {
  readonly #messages: Pick<Messages, 'place'>
  readonly #mailbox: MailboxId
  readonly #order: readonly SortKey[]
  readonly #list: OrderedUids

  private constructor(
    messages: Pick<Messages, 'place'>,
    mailbox: MailboxId,
    order: readonly SortKey[],
    list: OrderedUids,
  ) {
    this.#messages = messages
    this.#mailbox = mailbox
    this.#order = order
    this.#list = list
  }

  /** A result that is in the order. */
  static async of(
    messages: Pick<Messages, 'place'>,
    mailbox: MailboxId,
    order: readonly SortKey[],
    uids: Uint32Array,
  ): Promise<InSortOrder> {
    return new InSortOrder(messages, mailbox, order, await OrderedUids.of(uids))
  }

  get size(): number {
    return this.#list.length
  }

  has(uid: number): boolean {
    return this.#list.has(uid as Uid)
  }

  async remove(uids: Uint32Array): Promise<readonly Pair[]> {
    const places: { readonly uid: number; readonly index: number }[] = []
    for (const [at, uid] of uids.entries()) {
      places.push({ uid, index: this.#list.indexOf(uid as Uid) })
      if (at % stepMessages === stepMessages - 1) await nextTurn()
    }
    places.sort((a, b) => a.index - b.index)
    const pairs: Pair[] = []
    for (const [before, { uid, index }] of places.entries()) {
      this.#list.remove(uid as Uid)
      // Neighbours go from one position, as those before them have gone by then.
      const position = index - before + 1
      const last = pairs.at(-1)
      if (last?.position === position && last.uids.length < pairMessages) last.uids.push(uid)
      else pairs.push({ position, uids: [uid] })
      if (before % stepMessages === stepMessages - 1) await nextTurn()
    }
    return pairs
  }

  async add(uids: Uint32Array): Promise<readonly Pair[]> {
    if (uids.length === 0) return []
    const placed = await this.#messages.place(this.#mailbox, this.#order, this.#list, uids)
    const pairs: Pair[] = []
    for (const [before, { uid, index }] of placed.entries()) {
      this.#list.insert(index + before, uid)
      const position = index + before + 1
      const last = pairs.at(-1)
      if (last && position === last.position + last.uids.length && last.uids.length < pairMessages) last.uids.push(uid)
      else pairs.push({ position, uids: [uid] })
      if (before % stepMessages === stepMessages - 1) await nextTurn()
    }
    return pairs
  }
}
