import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ContentId } from '../model.ts'
import { PackedTexts, packBlock } from './block.ts'

test('a block gives back the texts that went in', () => {
  const octets = fc.uint8Array({ maxLength: 200 })
  const entries = fc
    .uniqueArray(fc.record({ content: fc.integer({ min: 1, max: 1e6 }), header: octets, body: octets }), {
      selector: entry => entry.content,
      minLength: 1,
      maxLength: 20,
    })
    .map(list => list.toSorted((a, b) => a.content - b.content))
  fc.assert(
    fc.property(entries, fc.integer({ min: 0, max: 2 ** 40 }), (list, base) => {
      const packed = new PackedTexts(
        packBlock(
          list.map(({ content, header, body }) => ({ content: (base + content) as ContentId, text: { header, body } })),
        ),
      )
      assert.deepEqual(
        [...packed.contents()],
        list.map(({ content }) => base + content),
      )
      for (const { content, header, body } of list) {
        const text = packed.text((base + content) as ContentId)
        assert.deepEqual(Uint8Array.from(text?.header ?? []), header)
        assert.deepEqual(Uint8Array.from(text?.body ?? []), body)
        assert.equal(packed.text((base + 2_000_000) as ContentId), null)
      }
    }),
    { seed: 8, numRuns: 50 },
  )
})
