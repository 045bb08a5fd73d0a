/** Queue entries that go out together. */
import { domainOf } from '@lemonade/esmtp'
import type { QueueEntry } from '@lemonade/store'

/** Entries of one message that one transaction can carry: same sender, same wishes, same destination. */
export interface Batch {
  /** The domain, or a name for the smart host. */
  readonly destination: string
  readonly entries: readonly QueueEntry[]
}

/** Puts entries of one content and one set of options together, in their order. */
export function batches(
  entries: readonly QueueEntry[],
  destinationOf: (entry: QueueEntry) => string,
  recipients: number,
): Batch[] {
  const found = new Map<string, QueueEntry[]>()
  for (const entry of entries) {
    const { delayTold: _delay, byTold: _by, ...options } = entry.options
    const base = JSON.stringify([destinationOf(entry), entry.content, entry.reversePath, options])
    let key = base
    for (let part = 1; (found.get(key)?.length ?? 0) >= recipients; part++) key = `${base} ${part}`
    found.set(key, [...(found.get(key) ?? []), entry])
  }
  return [...found.values()].map(together => {
    const [first] = together
    return { destination: first === undefined ? '' : destinationOf(first), entries: together }
  })
}

/** The domain that a recipient's mail goes to. */
export function destinationDomain(entry: QueueEntry): string {
  return domainOf(entry.recipient).toLowerCase()
}
