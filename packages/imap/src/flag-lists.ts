/** The octets of FLAGS items, made once a combination of flags: FETCH copies them. */
import type { FlagSetId, FlagSets } from '@lemonade/store'
import { Writer } from './wire/writer.ts'

/** Combinations are few; a store with more than this starts the table anew. */
const limit = 65_536

export class FlagLists {
  readonly #sets: FlagSets
  readonly #items: (Uint8Array | undefined)[] = []
  #count = 0

  constructor(sets: FlagSets) {
    this.#sets = sets
  }

  /** "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")" (RFC 3501 §9, msg-att-dynamic) */
  item(set: FlagSetId, recent: boolean): Uint8Array {
    const key = set * 2 + (recent ? 1 : 0)
    const known = this.#items[key]
    if (known !== undefined) return known
    if (this.#count++ > limit) this.#items.length = this.#count = 0
    const flags = this.#sets.flags(set)
    const item = new Writer({ octets: 64 })
      .ascii('FLAGS ')
      .words(recent ? ['\\Recent', ...flags] : flags)
      .take()
    this.#items[key] = item
    return item
  }
}
