/** A number for each of many UIDs, in pages: a mailbox numbers its messages densely, and then four octets each are enough. */

const pageBits = 8
const pageUids = 1 << pageBits

export class UidTable {
  readonly #pages = new Map<number, { readonly values: Uint32Array; used: number }>()
  #size = 0

  /** How many UIDs have a number. */
  get size(): number {
    return this.#size
  }

  /** 0 where it has none. */
  get(uid: number): number {
    return this.#pages.get(uid >>> pageBits)?.values[uid % pageUids] ?? 0
  }

  has(uid: number): boolean {
    return this.get(uid) !== 0
  }

  /** 0 takes its number away. */
  set(uid: number, value: number): void {
    const before = this.get(uid)
    if (before === value) return
    let page = this.#pages.get(uid >>> pageBits)
    if (page === undefined) {
      page = { values: new Uint32Array(pageUids), used: 0 }
      this.#pages.set(uid >>> pageBits, page)
    }
    page.values[uid % pageUids] = value
    const more = before === 0 ? 1 : value === 0 ? -1 : 0
    page.used += more
    this.#size += more
    if (page.used === 0) this.#pages.delete(uid >>> pageBits)
  }
}
