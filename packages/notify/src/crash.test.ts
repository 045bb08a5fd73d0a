import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type EventId, openStore } from '@lemonade/store'
import { startNotify } from './index.ts'
import { Target } from './testing.ts'

suite('with a real store', () => {
  let directory: string
  let target: Target
  let url: string
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lemonade-notify-'))
    target = new Target()
    url = await target.open()
  })
  after(async () => {
    await target.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('a server that is killed, again and again, loses no event and keeps their order', async () => {
    const children: ChildProcess[] = []
    try {
      for (let round = 0; round < 3; round++) {
        const child = spawn(process.execPath, [join(import.meta.dirname, 'testing-process.ts'), directory, url], {
          stdio: ['ignore', 'ignore', 'inherit'],
        })
        children.push(child)
        await target.seen(target.received.length + 10 + round * 17)
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
    const store = await openStore(directory, { background: false })
    try {
      const seen = target.ids.at(-1) ?? 0
      const cursor = await store.outbox.cursor('webhook:w')
      assert.ok(cursor <= seen, `the cursor ${cursor} is not past what was taken, ${seen}`)
      const [last] = (await store.outbox.after(0 as EventId, 100_000)).slice(-1)
      const waiting = (last?.id ?? 0) > cursor
      const notify = await startNotify({ store, webhooks: [{ name: 'w', url, secret: 's' }] })
      const count = (last?.id ?? 0) - cursor
      if (waiting) await target.seen(target.received.length + count)
      await notify.stop(1000)
      // Repetitions are told by their number, as a receiver would: what is not above the last one is old.
      const fresh: number[] = []
      for (const id of target.ids) if (id > (fresh.at(-1) ?? 0)) fresh.push(id)
      const first = fresh[0] ?? 0
      assert.deepEqual(
        fresh,
        Array.from({ length: (last?.id ?? 0) - first + 1 }, (_, i) => first + i),
      )
      assert.equal(await store.outbox.cursor('webhook:w'), last?.id)
    } finally {
      await store.close()
    }
  })

  test('an event says whose mailbox it was', async () => {
    const store = await openStore(directory, { background: false })
    try {
      const before = target.received.length
      const notify = await startNotify({
        store,
        webhooks: [{ name: 'w', url, secret: 's' }],
        hostname: 'mail.example.org',
      })
      const account = await store.accounts.find('ned@example.org')
      assert.ok(account !== null)
      await store.mailboxes.create(account.id, 'Größe')
      await target.seen(before + 1)
      await notify.stop(1000)
      const event = target.received[before]?.event
      assert.equal(event?.type, 'MailboxCreate')
      assert.equal(event.data['user'], 'ned@example.org')
      assert.match(
        String(event.data['uri']),
        /^imap:\/\/ned%40example\.org@mail\.example\.org\/Gr%C3%B6%C3%9Fe;UIDVALIDITY=\d+$/,
      )
    } finally {
      await store.close()
    }
  })
})
