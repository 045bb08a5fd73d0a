import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder } from './in-order.ts'

function gates(count: number) {
  const all = Array.from({ length: count }, () => Promise.withResolvers<number>())
  const begun: number[] = []
  const tasks = all.map((gate, at) => () => {
    begun.push(at)
    return gate.promise
  })
  return { all, begun, tasks }
}

test('results come in the order of the tasks, whichever is ready first', async () => {
  const { all, tasks } = gates(3)
  for (const at of [2, 0, 1]) all[at]?.resolve(at)
  const results: number[] = []
  for await (const result of inOrder(tasks, 2)) results.push(result)
  assert.deepEqual(results, [0, 1, 2])
})

test('no more run at once than may', async () => {
  const { all, begun, tasks } = gates(4)
  const results = inOrder(tasks, 2)
  const first = results.next()
  assert.deepEqual(begun, [0, 1])
  all[0]?.resolve(0)
  assert.deepEqual(await first, { value: 0, done: false })
  for (const at of [1, 2, 3]) all[at]?.resolve(at)
  for await (const _ of results);
  assert.deepEqual(begun, [0, 1, 2, 3])
})

test('a reader that stops waits for what has begun, and nothing else begins', async () => {
  const { all, begun, tasks } = gates(4)
  const results = inOrder(tasks, 2)
  all[0]?.resolve(0)
  await results.next()
  let isOver = false
  const over = results.return().then(() => {
    isOver = true
  })
  assert.equal(isOver, false)
  all[1]?.reject(new Error('nobody hears of it'))
  await over
  assert.deepEqual(begun, [0, 1])
})

test('a task that fails ends it', async () => {
  const { all, tasks } = gates(2)
  all[0]?.reject(new Error('no'))
  all[1]?.resolve(1)
  await assert.rejects(async () => {
    for await (const _ of inOrder(tasks, 2));
  }, /no/)
})
