import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MailboxId } from '../model.ts'
import { Conversations } from './conversations.ts'
import type { Threads } from './program.ts'

const threads = (): Threads => ({ uids: new Uint32Array(1), depths: new Uint32Array(1) })
const [inbox, other] = [1, 2] as MailboxId[] as [MailboxId, MailboxId]
const uids = (...list: number[]) => Uint32Array.from(list)

test('the same messages of the same mailbox have the same conversations by the same algorithm, and no others', () => {
  const kept = new Conversations()
  const found = threads()
  kept.keep(inbox, 'references', uids(1, 2, 3), found)
  assert.equal(kept.of(inbox, 'references', uids(0, 1, 2, 3).subarray(1)), found)
  for (const [mailbox, algorithm, list] of [
    [other, 'references', uids(1, 2, 3)],
    [inbox, 'refs', uids(1, 2, 3)],
    [inbox, 'references', uids(1, 2)],
    [inbox, 'references', uids(1, 2, 4)],
    [inbox, 'references', uids(1, 2, 3, 4)],
  ] as const)
    assert.equal(kept.of(mailbox, algorithm, list), null)
})

test('as many messages as may be are kept, those asked for lately', () => {
  const kept = new Conversations(5)
  const [first, second, third] = [threads(), threads(), threads()]
  kept.keep(inbox, 'references', uids(1, 2), first)
  kept.keep(inbox, 'references', uids(1, 2, 3), second)
  assert.equal(kept.of(inbox, 'references', uids(1, 2)), first)
  kept.keep(inbox, 'references', uids(1), third)
  assert.equal(kept.of(inbox, 'references', uids(1, 2, 3)), null)
  assert.equal(kept.of(inbox, 'references', uids(1, 2)), first)
  kept.keep(inbox, 'references', uids(1, 2, 3, 4, 5, 6), second)
  assert.equal(kept.of(inbox, 'references', uids(1, 2, 3, 4, 5, 6)), null)
  assert.equal(kept.of(inbox, 'references', uids(1)), third)
})
