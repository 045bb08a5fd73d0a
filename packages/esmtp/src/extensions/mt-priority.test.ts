import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { acceptedReply, enhancedStatusCodes, mtPriority, priorityOf } from './index.ts'
import { served } from './served.testing.ts'

test('RFC 6710 §3, §7: the keyword with its policy, and each value that there is', async t => {
  const { client, taken, hello } = await served(t, [mtPriority, enhancedStatusCodes])
  assert.match(hello, /^250[ -]MT-PRIORITY MIXER$/m)
  for (let value = -9; value <= 9; value++) {
    assert.deepEqual(await client.codes(`MAIL FROM:<a@x.example> mt-priority=${value}`, 'RSET'), [
      '250 2.1.0',
      '250 2.0.0',
    ])
    assert.equal(taken.at(-1)?.parameters.priority, value)
  }
  for (const value of ['=10', '=-10', '=+1', '=-0', '=01', '=1.0', '=a', '', '=1 MT-PRIORITY=2']) {
    const [code] = await client.codes(`MAIL FROM:<a@x.example> MT-PRIORITY${value}`)
    assert.match(code ?? '', /^501 5\.5\.[24]$/, value)
  }
})

const headerOf = (...lines: readonly string[]) => Buffer.from([...lines, '', ''].join('\r\n'))

test('RFC 6710 §4.1: nobody gets a higher priority than is his, everybody a lower one', () => {
  const none = headerOf('Subject: x')
  const rows: readonly [asked: number | undefined, highest: number, value: number, changed: boolean][] = [
    [undefined, 4, 0, false],
    [4, 4, 4, false],
    [5, 4, 4, true],
    [9, 0, 0, true],
    [-9, 0, -9, false],
    [undefined, 0, 0, false],
  ]
  for (const [asked, highest, value, changed] of rows) {
    assert.deepEqual(
      priorityOf(asked, none, highest),
      { value, asked: asked !== undefined, changed },
      `${asked} of ${highest}`,
    )
  }
})

test('RFC 6758 §3.1, §4: the header counts where MAIL says nothing', () => {
  const rows: readonly [lines: readonly string[], value: number][] = [
    [['MT-Priority: -3'], -3],
    [['MT-Priority: 4 (ultra)'], 4],
    [['mt-priority:(a (nested \\) one) b)\r\n 2\r\n (c)'], 2],
    [['MT-Priority: 4', 'MT-Priority: 4'], 0],
    [['MT-Priority: high'], 0],
    [['MT-Priority: 4 4'], 0],
    [['MT-Priority: 4)'], 0],
    [['MT-Priority: (4'], 0],
    [['Importance: high', 'X-Priority: 1'], 0],
  ]
  for (const [lines, value] of rows)
    assert.equal(priorityOf(undefined, headerOf(...lines), 9).value, value, lines.join())
  assert.equal(priorityOf(1, headerOf('MT-Priority: 4'), 9).value, 1)
  assert.deepEqual(priorityOf(undefined, headerOf('MT-Priority: 4'), 0), { value: 0, asked: true, changed: true })
})

test('whatever stands in the field, the priority is one', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 9 }), (text, highest) => {
      const { value } = priorityOf(undefined, headerOf(`MT-Priority: ${text}`), highest)
      assert.ok(Number.isInteger(value) && value >= -9 && value <= highest)
    }),
    { seed: 6710, numRuns: 300 },
  )
})

test('RFC 6710 §4.1: a client is told of a priority that it did not ask for', () => {
  const told = acceptedReply('Queued as 1', { value: 4, changed: true })
  assert.deepEqual([told.code, told.status], [250, '2.3.6'])
  assert.match(told.lines[0] ?? '', /^4 /)
  assert.equal(acceptedReply('Queued as 1', { value: 4, changed: false }).status, '2.0.0')
})
