import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Uid, UidRanges } from './model.ts'
import { alice, everything, prepare, uids } from './testing.ts'

/** BODYSTRUCTURE of some hundred kilobytes. */
function manyParts(parts: number): string {
  const part = (at: number) => `--b\r\nContent-Type: text/plain; name="${'n'.repeat(150)}${at}"\r\n\r\nx\r\n`
  const all = Array.from({ length: parts }, (_, at) => part(at)).join('')
  return `Content-Type: multipart/mixed; boundary=b\r\n\r\n${all}--b--\r\n`
}

test('of messages with large facts few are read at once, and none is left out', async t => {
  const { store, inbox } = await alice(t)
  const content = await prepare(store, manyParts(4000))
  await store.messages.append(
    inbox.id,
    Array.from({ length: 12 }, () => ({ content, flags: [] })),
  )
  const odd = uids(1, 3, 5, 7, 9, 11)
  for (const [ranges, expected] of [
    [everything, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    [uids([1, 10], 12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]],
    // Not enough of them to be weighed.
    [odd, [1, 3, 5, 7, 9, 11]],
  ] as [UidRanges, number[]][]) {
    const found: number[] = []
    let pages = 0
    for (let next: Uid | null = 1 as Uid; next !== null; pages++) {
      const from: Uid = next
      const left = ranges.filter(({ last }) => last >= from)
      const asked = left.map(({ first, last }) => ({ first: Math.max(first, from) as Uid, last }))
      const facts = await store.messages.facts(inbox.id, asked, ['bodyStructure'], 250)
      found.push(...facts.keys())
      next = facts.next
    }
    assert.deepEqual(found, expected)
    assert.ok(ranges === odd ? pages === 1 : pages > 1, `${pages} pages`)
  }
})
