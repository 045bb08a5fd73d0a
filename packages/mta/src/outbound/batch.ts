/** Queue entries that go out together. */
import type { QueueEntry } from '@lemonade/store'
import type { Way } from './ways.ts'

/** Entries of one message that one transaction can carry: same sender, same wishes, same way. */
export interface Batch {
  readonly way: Way
  readonly entries: readonly QueueEntry[]
}

/** Puts entries of one content and one set of options together, in their order. */
export function batches(
  entries: readonly QueueEntry[],
  wayOf: (entry: QueueEntry) => Way,
  recipients: number,
): readonly Batch[] {
  const found = new Map<string, { readonly way: Way; readonly entries: QueueEntry[] }>()
  const parts = new Map<string, number>()
  for (const entry of entries) {
    const { delayTold: _delay, byTold: _by, ...options } = entry.options
    const way = wayOf(entry)
    const base = JSON.stringify([way.name, entry.content, entry.reversePath, options])
    let part = parts.get(base) ?? 0
    if ((found.get(`${base} ${part}`)?.entries.length ?? 0) >= recipients) parts.set(base, ++part)
    const key = `${base} ${part}`
    const batch = found.get(key) ?? { way, entries: [] }
    found.set(key, batch)
    batch.entries.push(entry)
  }
  return [...found.values()]
}

/** Puts a batch into a line behind those that are as urgent, and before those that are less (RFC 6710 §5.1). */
export function lineUp(line: Batch[], batch: Batch): void {
  const urgency = ({ entries: [first] }: Batch) => first?.options.priority ?? 0
  const at = line.findLastIndex(other => urgency(other) >= urgency(batch))
  line.splice(at + 1, 0, batch)
}
