/**
 * Conversations that were asked for lately. They depend on nothing but which messages they are of, whose contents never
 * change; so the same messages have the same conversations.
 */
import type { MailboxId } from '../model.ts'
import type { ThreadAlgorithm, Threads } from './program.ts'

/** Messages in all that are kept: 12 octets each. */
const keptMessages = 2_000_000

interface Kept {
  readonly mailbox: MailboxId
  readonly algorithm: ThreadAlgorithm
  readonly uids: Uint32Array
  readonly threads: Threads
}

export class Conversations {
  readonly #limit: number
  /** The one that was asked for last is the last. */
  #kept: readonly Kept[] = []

  constructor(limit = keptMessages) {
    this.#limit = limit
  }

  /** Those of these messages, where they are kept. */
  of(mailbox: MailboxId, algorithm: ThreadAlgorithm, uids: Uint32Array): Threads | null {
    const found = this.#kept.find(
      one =>
        one.mailbox === mailbox && one.algorithm === algorithm && Buffer.compare(octets(one.uids), octets(uids)) === 0,
    )
    if (found === undefined) return null
    this.#kept = [...this.#kept.filter(one => one !== found), found]
    return found.threads
  }

  /** Keeps them, and forgets those that were asked for longest ago where it becomes too much. */
  keep(mailbox: MailboxId, algorithm: ThreadAlgorithm, uids: Uint32Array, threads: Threads): void {
    let room = this.#limit - uids.length
    if (room < 0) return
    const others = this.#kept.toReversed().filter(one => {
      room -= one.uids.length
      return room >= 0
    })
    this.#kept = [...others.reverse(), { mailbox, algorithm, uids, threads }]
  }
}

function octets({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
