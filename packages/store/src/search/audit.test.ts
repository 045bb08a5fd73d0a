import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockFindings, textFindings } from './audit.ts'
import { blockContents } from './block.ts'
import { TestStore } from './testing.ts'

function found(store: TestStore): string {
  const rows = textFindings.flatMap(([sentence, sql]) =>
    store.connection
      .raw(sql)
      .all()
      .map(row => `${sentence} ${row.join(' ')}`),
  )
  return [...rows, ...[...blockFindings(store.connection)].filter(finding => finding !== null)].join('\n')
}

const damages: readonly (readonly [damage: string, finding: RegExp])[] = [
  ["UPDATE counters SET value = 99 WHERE name = 'text-index'", /goes up to content %; .* 99 32/],
  ["UPDATE counters SET value = 3 WHERE name = 'text-index'", /beyond what it says it has\. 4\n/],
  ['DELETE FROM text_terms WHERE rowid = 5', /is not in the text index, .* 5$/m],
  ["INSERT INTO text_terms (rowid, terms) VALUES (40, 'x')", /which is gone and not noted .* 40$/m],
  ['INSERT INTO text_gone VALUES (2)', /is there and noted to be taken out .* 2$/m],
  ['UPDATE text_blocks SET first = first + 20 WHERE first = 17', /Text block 37 has content 37, which it must not\./],
  ['UPDATE text_blocks SET first = 8 WHERE first = 17', /Text block 1 has content 8, block 8 hides it\./],
  ["UPDATE text_blocks SET body = x'0102' WHERE first = 1", /Text block 1 cannot be read: /],
  ["UPDATE text_blocks SET layout = x'' WHERE first = 1", /Text block 1 cannot be read: /],
]

test('the audit of the text index finds what does not agree', () => {
  for (const [damage, finding] of damages) {
    const store = new TestStore()
    try {
      store.add(Array.from({ length: 2 * blockContents }, (_, at) => ({ octets: Buffer.from(`\r\nword${at}\r\n`) })))
      assert.equal(found(store), '')
      store.index()
      assert.equal(found(store), '')
      store.connection.run(damage)
      assert.match(found(store), finding, damage)
    } finally {
      store.close()
    }
  }
})
