import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type EventId, openStore } from '@lemonade/store'
import { startNotify } from './index.ts'
import { reliabilityLimits, targetsOf } from './reliability.testing.ts'

const kills = 5

/** A target that is down now and then, refuses now and then, and now and then takes what it does not answer. */
class Unreliable {
  /** Numbers as it has dealt with them. */
  readonly taken: number[] = []
  steady = false
  readonly #random: () => number
  #server: Server | null = null
  #port = 0

  constructor(random: () => number) {
    this.#random = random
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  async open(): Promise<void> {
    const server = createServer(async (request, response) => {
      try {
        const pieces: Buffer[] = []
        for await (const piece of request) pieces.push(piece as Buffer)
        const dice = this.steady ? 1 : this.#random()
        if (dice < 0.05) return void response.writeHead(503).end()
        if (dice < 0.07) return void request.socket.destroy()
        const { events, id } = JSON.parse(Buffer.concat(pieces).toString()) as { events?: { id: number }[]; id: number }
        this.taken.push(...(events ?? [{ id }]).map(event => event.id))
        if (dice < 0.09) return void request.socket.destroy()
        response.writeHead(204).end()
      } catch {
        // The server was killed in the middle of a request.
      }
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

async function chaos(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-reliability-'))
  const random = seeded(5423)
  const targets = [new Unreliable(random), new Unreliable(random)] as const
  t.after(async () => {
    await Promise.all(targets.map(target => target.close()))
    await rm(directory, { recursive: true, force: true })
  })
  await Promise.all(targets.map(target => target.open()))
  return { directory, random, targets }
}

test('no event is lost or out of order though the server and its targets are killed at random; repetitions show by their number', async t => {
  const { directory, random, targets } = await chaos(t)
  let isOver = false
  const downs = targets.map(async target => {
    while (!isOver) {
      await delay(300 + random() * 1200)
      await target.close()
      await delay(random() * 300)
      await target.open()
    }
    target.steady = true
  })
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'reliability.child.ts'), directory, ...targets.map(({ url }) => url)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const gone = once(child, 'exit')
    await once(child.stdout, 'data')
    await delay(500 + random() * 2000)
    child.kill('SIGKILL')
    await gone
  }
  isOver = true
  await Promise.all(downs)

  const store = await openStore(directory, { background: false })
  t.after(() => store.close())
  const [one, many] = targets
  const notify = await startNotify({ store, webhooks: targetsOf(one.url, many.url), limits: reliabilityLimits })
  const numbers: number[] = []
  for (let at = 0 as EventId; ; ) {
    const page = await store.outbox.after(at, 10_000)
    if (page.length === 0) break
    numbers.push(...page.map(({ id }) => id))
    at = page.at(-1)?.id ?? at
  }
  const last = numbers.at(-1) ?? 0
  const late = AbortSignal.timeout(60_000)
  for (const target of targets) while (target.taken.at(-1) !== last) await delay(10, undefined, { signal: late })
  await notify.stop(1000)
  assert.ok(numbers.length > 1000, `only ${numbers.length} events`)
  for (const [at, { taken }] of targets.entries()) {
    const fresh: number[] = []
    for (const id of taken) {
      const before = fresh.at(-1) ?? 0
      assert.ok(id <= before + 1, `target ${at}: ${id} came behind ${before}`)
      if (id > before) fresh.push(id)
    }
    assert.deepEqual(fresh, numbers, `target ${at} has all`)
    assert.ok(taken.length > fresh.length, 'there were repetitions')
  }
})
