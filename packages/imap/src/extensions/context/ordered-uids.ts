/**
 * A list of UIDs in any order that tells where each is: a treap whose nodes count what is below them, so that finding a
 * place, putting in and taking out take as many steps as the tree is deep, some twenty for 100,000 messages.
 *
 * - Nodes are numbers into parallel arrays; 0 is no node, and counts 0.
 * - A node's priority is a hash of its own number: nothing that a client chooses can make the tree deep.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SortedList, Uid } from '@lemonade/store'
import { UidTable } from './uid-table.ts'

/** UIDs of a new list that are put in their places in a turn. */
const stepUids = 20_000

export class OrderedUids implements SortedList {
  #uids: Uint32Array
  #left: Uint32Array
  #right: Uint32Array
  #above: Uint32Array
  #counts: Uint32Array
  #root = 0
  /** Nodes given out so far, in use or free. */
  #nodes = 0
  readonly #free: number[] = []
  readonly #nodeOf = new UidTable()

  private constructor(length: number) {
    const room = length + 16
    this.#uids = new Uint32Array(room)
    this.#left = new Uint32Array(room)
    this.#right = new Uint32Array(room)
    this.#above = new Uint32Array(room)
    this.#counts = new Uint32Array(room)
  }

  /** The list in the order given; no UID comes twice. */
  static async of(uids: ArrayLike<number>): Promise<OrderedUids> {
    const list = new OrderedUids(uids.length)
    await list.#build(uids)
    return list
  }

  get length(): number {
    return this.#counts[this.#root] as number
  }

  has(uid: Uid): boolean {
    return this.#nodeOf.has(uid)
  }

  /** Throws where the index is out of range. */
  at(index: number): Uid {
    if (index < 0 || index >= this.length) throw new RangeError(`${index} of ${this.length}`)
    let rest = index
    for (let node = this.#root; ; ) {
      const before = this.#counts[this.#left[node] as number] as number
      if (rest === before) return this.#uids[node] as Uid
      if (rest < before) node = this.#left[node] as number
      else {
        rest -= before + 1
        node = this.#right[node] as number
      }
    }
  }

  /** -1 where it is not in the list. */
  indexOf(uid: Uid): number {
    let node = this.#nodeOf.get(uid)
    if (node === 0) return -1
    let index = this.#counts[this.#left[node] as number] as number
    for (let above = this.#above[node] as number; above !== 0; node = above, above = this.#above[node] as number) {
      if (this.#right[above] === node) index += (this.#counts[this.#left[above] as number] as number) + 1
    }
    return index
  }

  /** Puts a UID in that is not in the list, behind so many others. */
  insert(index: number, uid: Uid): void {
    if (index < 0 || index > this.length) throw new RangeError(`${index} of ${this.length}`)
    const node = this.#newNode(uid)
    let rest = index
    let above = 0
    let isLeft = false
    for (let at = this.#root; at !== 0; at = (isLeft ? this.#left : this.#right)[at] as number) {
      const before = this.#counts[this.#left[at] as number] as number
      isLeft = rest <= before
      if (!isLeft) rest -= before + 1
      this.#counts[at] = (this.#counts[at] as number) + 1
      above = at
    }
    this.#above[node] = above
    if (above === 0) this.#root = node
    else if (isLeft) this.#left[above] = node
    else this.#right[above] = node
    while (this.#above[node] !== 0 && priority(node) > priority(this.#above[node] as number)) this.#rise(node)
  }

  /** Takes a UID out that is in the list. */
  remove(uid: Uid): void {
    const node = this.#nodeOf.get(uid)
    if (node === 0) throw new RangeError(`${uid} is not in the list`)
    // Down to where it has one child or none, and that takes its place.
    for (;;) {
      const [left, right] = [this.#left[node] as number, this.#right[node] as number]
      if (left === 0 || right === 0) {
        this.#replace(node, left === 0 ? right : left)
        break
      }
      this.#rise(priority(left) > priority(right) ? left : right)
    }
    for (let at = this.#above[node] as number; at !== 0; at = this.#above[at] as number) {
      this.#counts[at] = (this.#counts[at] as number) - 1
    }
    for (const links of [this.#left, this.#right, this.#above, this.#counts]) links[node] = 0
    this.#nodeOf.set(uid, 0)
    this.#free.push(node)
  }

  /** Turns a node and the one above it round. */
  #rise(node: number): void {
    const above = this.#above[node] as number
    const isLeft = this.#left[above] === node
    const [near, far] = isLeft ? [this.#left, this.#right] : [this.#right, this.#left]
    const between = far[node] as number
    this.#replace(above, node)
    near[above] = between
    if (between !== 0) this.#above[between] = above
    far[node] = above
    this.#above[above] = node
    this.#counts[node] = this.#counts[above] as number
    this.#count(above)
  }

  /** Puts a node, or none, where another hangs. */
  #replace(node: number, by: number): void {
    const above = this.#above[node] as number
    if (by !== 0) this.#above[by] = above
    if (above === 0) this.#root = by
    else if (this.#left[above] === node) this.#left[above] = by
    else this.#right[above] = by
  }

  #count(node: number): void {
    const [left, right] = [this.#left[node] as number, this.#right[node] as number]
    this.#counts[node] = (this.#counts[left] as number) + (this.#counts[right] as number) + 1
  }

  #newNode(uid: Uid): number {
    const node = this.#free.pop() ?? ++this.#nodes
    if (node >= this.#uids.length) this.#grow()
    this.#uids[node] = uid
    this.#counts[node] = 1
    this.#nodeOf.set(uid, node)
    return node
  }

  #grow(): void {
    const room = this.#uids.length + (this.#uids.length >> 1) + 16
    const grown = (nodes: Uint32Array): Uint32Array => {
      const more = new Uint32Array(room)
      more.set(nodes)
      return more
    }
    this.#uids = grown(this.#uids)
    this.#left = grown(this.#left)
    this.#right = grown(this.#right)
    this.#above = grown(this.#above)
    this.#counts = grown(this.#counts)
  }

  /** In one pass: `edge` is the path down the right side of what stands so far. */
  async #build(uids: ArrayLike<number>): Promise<void> {
    const edge: number[] = []
    for (let index = 0; index < uids.length; index++) {
      const node = this.#newNode(uids[index] as Uid)
      let below = 0
      while (edge.length > 0 && priority(edge.at(-1) as number) < priority(node)) {
        below = edge.pop() as number
        this.#count(below)
      }
      this.#left[node] = below
      if (below !== 0) this.#above[below] = node
      const above = edge.at(-1) ?? 0
      this.#above[node] = above
      if (above === 0) this.#root = node
      else this.#right[above] = node
      edge.push(node)
      if (index % stepUids === stepUids - 1) await nextTurn()
    }
    while (edge.length > 0) this.#count(edge.pop() as number)
  }
}

/** Mixes a node's number so that numbers in a row have nothing in common; no two are equal. */
function priority(node: number): number {
  let mixed = Math.imul(node ^ (node >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
