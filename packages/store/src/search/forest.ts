/** Trees of messages while they are made: every node knows its parent, and dummies stand for messages that are not there. */

const none = -1
/** Nodes looked at in a step. */
const stepNodes = 10_000

/** Nodes below `messages` are the messages, in the order of the mailbox; dummies come behind. */
export class Forest {
  readonly messages: number
  readonly #parents: number[]
  readonly #children: number[]
  #looked = 0

  constructor(messages: number) {
    this.messages = messages
    this.#parents = new Array<number>(messages).fill(none)
    this.#children = new Array<number>(messages).fill(0)
  }

  get nodes(): number {
    return this.#parents.length
  }

  isDummy(node: number): boolean {
    return node >= this.messages
  }

  addDummy(): number {
    this.#children.push(0)
    return this.#parents.push(none) - 1
  }

  hasParent(node: number): boolean {
    return this.#parents[node] !== none
  }

  /** -1 for a root. */
  parentOf(node: number): number {
    return this.#parents[node] as number
  }

  childrenOf(node: number): number {
    return this.#children[node] as number
  }

  link(parent: number, child: number): void {
    this.unlink(child)
    this.#parents[child] = parent
    ;(this.#children[parent] as number)++
  }

  unlink(child: number): void {
    const parent = this.#parents[child] as number
    if (parent === none) return
    ;(this.#children[parent] as number)--
    this.#parents[child] = none
  }

  /** Whether a node is another, or stands somewhere below it. */
  *isWithin(node: number, other: number): Generator<void, boolean> {
    // Nothing stands below a leaf, and most nodes are leaves when they are linked.
    if (this.#children[other] === 0) return node === other
    for (let at = node; at !== none; at = this.#parents[at] as number) {
      if (at === other) return true
      if (++this.#looked % stepNodes === 0) yield
    }
    return false
  }

  /** The roots in the order of the last of their messages in `sequence`. */
  *rootsByLast(sequence: Uint32Array): Generator<void, number[]> {
    const tops = new Int32Array(this.nodes).fill(none)
    const isListed = new Uint8Array(this.nodes)
    const roots: number[] = []
    for (const message of sequence.toReversed()) {
      const passed: number[] = []
      let node: number = message
      while (tops[node] === none && this.#parents[node] !== none) {
        passed.push(node)
        node = this.#parents[node] as number
        if (++this.#looked % stepNodes === 0) yield
      }
      const top = tops[node] === none ? node : (tops[node] as number)
      for (const one of passed) tops[one] = top
      if (isListed[top] === 0) roots.push(top)
      isListed[top] = 1
    }
    return roots.reverse()
  }

  /**
   * All nodes, each before its children, with their depths. Siblings stand as in `sequence`, a dummy where its first
   * child stands. With `order`, roots stand as there.
   */
  *preorder(
    sequence: Uint32Array,
    order?: readonly number[],
  ): Generator<void, { nodes: Uint32Array; depths: Uint32Array }> {
    const { nodes } = this
    const roots: number[] = []
    const firsts = new Int32Array(nodes).fill(none)
    const lasts = new Int32Array(nodes).fill(none)
    const nexts = new Int32Array(nodes).fill(none)
    for (const message of sequence) {
      const parent = this.#parents[message] as number
      if (parent === none) roots.push(message)
      else {
        if (firsts[parent] === none) {
          firsts[parent] = message
          // Dummies are roots, and their first child decides where they stand.
          if (this.isDummy(parent)) roots.push(parent)
        } else nexts[lasts[parent] as number] = message
        lasts[parent] = message
      }
    }
    yield
    const preorder = { nodes: new Uint32Array(nodes), depths: new Uint32Array(nodes) }
    let count = 0
    for (const root of order ?? roots) {
      for (let node = root, depth = 0; ; ) {
        preorder.nodes[count] = node
        preorder.depths[count++] = depth
        if (count % stepNodes === 0) yield
        if (firsts[node] !== none) {
          node = firsts[node] as number
          depth++
          continue
        }
        while (depth > 0 && nexts[node] === none) {
          node = this.#parents[node] as number
          depth--
        }
        if (depth === 0) break
        node = nexts[node] as number
      }
    }
    return { nodes: preorder.nodes.slice(0, count), depths: preorder.depths.slice(0, count) }
  }
}
