import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ForeignChanges } from './bus.ts'
import type { AccountId, ModSeq } from './model.ts'

const [one, two] = [1, 2] as [AccountId, AccountId]

function told(changes: ForeignChanges, watched: AccountId[], at: Record<number, number>): [number, number][] {
  return changes
    .news(watched, account => (at[account] ?? null) as ModSeq | null)
    .map(({ account, modSeq }) => [account, modSeq])
}

test('a foreign commit wakes those whose account has moved, once', () => {
  const changes = new ForeignChanges()
  changes.learn([{ account: one, modSeq: 5 as ModSeq }])
  assert.deepEqual(told(changes, [one, two], { 1: 5, 2: 3 }), [[2, 3]])
  assert.deepEqual(told(changes, [one, two], { 1: 6, 2: 3 }), [[1, 6]])
  assert.deepEqual(told(changes, [one, two], { 1: 6, 2: 3 }), [])
})

test('an account that is gone wakes those who watch it, once', () => {
  const changes = new ForeignChanges()
  told(changes, [one], { 1: 6 })
  assert.deepEqual(told(changes, [one], {}), [[1, 0]])
  assert.deepEqual(told(changes, [one], {}), [])
})
