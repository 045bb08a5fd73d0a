/** The octets of flag lists, made once a combination of flags: FETCH FLAGS copies them. */
import type { FlagSetId, FlagSets } from '@lemonade/store'
import { Writer } from './wire/writer.ts'

/** Combinations are few; a store with more than this starts the table anew. */
const limit = 65_536

export class FlagLists {
  readonly #sets: FlagSets
  readonly #lists: (Uint8Array | undefined)[] = []
  #count = 0

  constructor(sets: FlagSets) {
    this.#sets = sets
  }

  /** "(" [flag-fetch *(SP flag-fetch)] ")" (RFC 3501 §7.4.2) */
  list(set: FlagSetId, recent: boolean): Uint8Array {
    const key = set * 2 + (recent ? 1 : 0)
    const known = this.#lists[key]
    if (known !== undefined) return known
    if (this.#count++ > limit) this.#lists.length = this.#count = 0
    const flags = this.#sets.flags(set)
    const list = new Writer({ octets: 64 }).words(recent ? ['\\Recent', ...flags] : flags).take()
    this.#lists[key] = list
    return list
  }
}
