/** The REFERENCES algorithm of THREAD, step by step (RFC 5256 §3). */
import type { Forest } from './forest.ts'
import type { Threadable } from './thread.ts'

const none = -1
/** Messages linked in a step. */
const stepMessages = 1_000

/** Steps (1) to (3): parents and children by the References field; then dummies go, except where they hold roots together. */
export function* linkReferences(forest: Forest, messages: Threadable): Generator<void, void> {
  const nodes = new Map<string, number>()
  // Of several messages with one id, the first has it.
  for (const [message, id] of messages.id.entries()) if (id !== null && !nodes.has(id)) nodes.set(id, message)
  yield
  const nodeOf = (id: string): number => {
    let node = nodes.get(id)
    if (node === undefined) {
      node = forest.addDummy()
      nodes.set(id, node)
    }
    return node
  }
  for (const [message, references] of messages.references.entries()) {
    let parent = none
    for (const reference of references) {
      const node = nodeOf(reference)
      // (1)(A): what has a parent keeps it, for the field of this message may have been cut short.
      if (parent !== none && !forest.hasParent(node) && !(yield* forest.isWithin(parent, node))) {
        forest.link(parent, node)
      }
      parent = node
    }
    // (1)(B): but the last reference is the parent, whatever others had guessed.
    forest.unlink(message)
    if (parent !== none && !(yield* forest.isWithin(parent, message))) forest.link(parent, message)
    if (message % stepMessages === 0) yield
  }
  prune(forest)
}

/**
 * Step (3): a message's parent is the nearest message above it; where there is none, the dummy on top, if that has more
 * children than one.
 */
function prune(forest: Forest): void {
  const above = new Int32Array(forest.nodes).fill(none)
  /** The nearest message from a dummy upwards, or the dummy on top. */
  const nearest = (dummy: number): number => {
    const passed: number[] = []
    let node = dummy
    while (forest.isDummy(node) && above[node] === none && forest.hasParent(node)) {
      passed.push(node)
      node = forest.parentOf(node)
    }
    const found = forest.isDummy(node) && above[node] !== none ? (above[node] as number) : node
    for (const one of passed) above[one] = found
    return found
  }
  const parents = new Int32Array(forest.messages).fill(none)
  for (let message = 0; message < forest.messages; message++) {
    const parent = forest.parentOf(message)
    if (parent !== none) parents[message] = forest.isDummy(parent) ? nearest(parent) : parent
  }
  for (let dummy = forest.messages; dummy < forest.nodes; dummy++) forest.unlink(dummy)
  for (const [message, parent] of parents.entries()) {
    if (parent !== none) forest.link(parent, message)
  }
  for (const [message, parent] of parents.entries()) {
    if (forest.isDummy(parent) && forest.childrenOf(parent) === 1) forest.unlink(message)
  }
}

/** Steps (4) and (5): roots with one base subject become one thread. */
export function mergeSubjects(forest: Forest, messages: Threadable, bySent: Uint32Array): void {
  const { roots, children } = rootsOf(forest, bySent)
  const subjectOf = (root: number): string => {
    const speaking = forest.isDummy(root) ? (children.get(root)?.[0] as number) : root
    return messages.subject[speaking] as string
  }
  const isReply = (root: number) => !forest.isDummy(root) && messages.isReply[root] === 1
  const subjects = roots.map(subjectOf)
  const table = new Map<string, number>()
  for (const [at, root] of roots.entries()) {
    const subject = subjects[at] as string
    if (subject === '') continue
    const other = table.get(subject)
    const isBetter =
      other === undefined || (!forest.isDummy(other) && (forest.isDummy(root) || (isReply(other) && !isReply(root))))
    if (isBetter) table.set(subject, root)
  }
  for (const [at, root] of roots.entries()) {
    const subject = subjects[at] as string
    const other = table.get(subject)
    if (subject === '' || other === undefined || other === root) continue
    if (forest.isDummy(other)) {
      const moved = forest.isDummy(root) ? (children.get(root) as readonly number[]) : [root]
      for (const child of moved) forest.link(other, child)
    } else if (isReply(root) && !isReply(other)) forest.link(other, root)
    else {
      const dummy = forest.addDummy()
      forest.link(dummy, root)
      forest.link(dummy, other)
      table.set(subject, dummy)
    }
  }
}

/** Step (4): roots by their sent date, a dummy by that of its first child; and the children of dummies in that order. */
function rootsOf(
  forest: Forest,
  bySent: Uint32Array,
): { roots: readonly number[]; children: ReadonlyMap<number, readonly number[]> } {
  const roots: number[] = []
  const children = new Map<number, number[]>()
  for (const message of bySent) {
    const parent = forest.parentOf(message)
    if (parent === none) roots.push(message)
    else if (forest.isDummy(parent)) {
      const siblings = children.get(parent)
      if (siblings !== undefined) siblings.push(message)
      else {
        roots.push(parent)
        children.set(parent, [message])
      }
    }
  }
  return { roots, children }
}
