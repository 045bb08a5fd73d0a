import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MailboxId } from '@lemonade/store'
import type { Call } from '../extension.ts'
import type { SearchProgram } from '../grammar/search-program.ts'
import type { Session } from '../session.ts'
import { allTables } from '../testing.ts'
import { printNumbers } from '../wire/number-set.ts'
import { Writer } from '../wire/writer.ts'
import { answerReturns } from './search-returns.ts'

const session = { writer: () => new Writer(), view: null } as unknown as Session
const criteria = { says: [] } as unknown as SearchProgram
const call = { tag: 'a', byUid: true } as Call

/** The pieces of the ESEARCH response with these options. */
async function answer(numbers: Uint32Array, options: readonly (readonly [name: string, argument?: unknown])[]) {
  const returns = options.map(([name, argument]) => {
    const row = allTables.searchReturns.get(name)
    assert.ok(row)
    return { row, argument }
  })
  const done = {
    result: { uids: numbers, numbers },
    criteria,
    order: null,
    mailbox: 1 as MailboxId,
    program: { key: 'all' } as const,
    now: 0,
  }
  const pieces: string[] = []
  for await (const piece of answerReturns(session, returns, done, call)) {
    assert.ok(piece instanceof Uint8Array)
    pieces.push(Buffer.from(piece).toString())
  }
  return pieces
}

test('a result of a million messages is sent in pieces', async () => {
  // Out of order, so that none are a range: the longest form there is.
  const numbers = Uint32Array.from({ length: 1_000_000 }, (_, at) => 2_000_000 - at)
  const pieces = await answer(numbers, [['ALL'], ['COUNT']])
  assert.ok(pieces.length > 50)
  for (const piece of pieces) assert.ok(piece.length < 2 * 65_536, `${piece.length} octets`)
  assert.equal(pieces.join(''), `* ESEARCH (TAG "a") UID ALL ${printNumbers(numbers)} COUNT 1000000\r\n`)
})

test('so is a part of one; a short one is one piece', async () => {
  const numbers = Uint32Array.from({ length: 100_000 }, (_, at) => 2 * at + 1)
  const range = { first: 1, last: 90_000 }
  const pieces = await answer(numbers, [['PARTIAL', range]])
  assert.ok(pieces.length > 5)
  assert.equal(
    pieces.join(''),
    `* ESEARCH (TAG "a") UID PARTIAL (1:90000 ${printNumbers(numbers.subarray(0, 90_000))})\r\n`,
  )
  assert.deepEqual(await answer(numbers.subarray(0, 2), [['ALL']]), ['* ESEARCH (TAG "a") UID ALL 1,3\r\n'])
})
