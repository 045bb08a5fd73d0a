import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Log, silentLog } from '@lemonade/net'
import { png } from '../hostile.testing.ts'
import { type ConvertLimits, defaultConvertLimits } from '../limits.ts'
import { Confiner } from './confinement.ts'
import { Failure } from './failure.ts'
import { Pool } from './pool.ts'
import { Refusal } from './tools.ts'
import type { WorkerProcess } from './worker-process.ts'

const confiner = new Confiner([])
const pools: Pool[] = []
after(() => Promise.all(pools.map(pool => pool.close())))

function pool(limits: Partial<ConvertLimits> = {}, log: Log = silentLog): Pool {
  const made = new Pool(confiner, { ...defaultConvertLimits, spares: 0, ...limits }, tmpdir(), log)
  pools.push(made)
  return made
}

const text = (worker: WorkerProcess) =>
  worker.run('recode', { from: 'iso-8859-1', to: 'utf-8' }, Buffer.from('\xe4', 'latin1'))

const kind = (wanted: string) => (error: unknown) => error instanceof Failure && error.kind === wanted

test('a worker is used again for its account, and never for another', async () => {
  const own = pool()
  const pidOf = (account: string) =>
    own.with(account, async worker => {
      assert.equal(Buffer.from((await text(worker)).octets).toString(), 'ä')
      return worker.pid
    })
  const first = await pidOf('a')
  assert.equal(await pidOf('a'), first)
  const second = await pidOf('b')
  assert.notEqual(second, first)
  assert.equal(await pidOf('a'), first)
})

test('those of other accounts make room once there are enough', async () => {
  const own = pool({ parallel: 1 })
  const { ended } = await own.with('a', async worker => {
    await text(worker)
    return { ended: worker.ended }
  })
  await own.with('b', text)
  await ended
  assert.equal(own.size, 1)
})

test('a refusal leaves the worker, a crash does not: the next one works', async () => {
  const own = pool()
  const pids = new Set<number | undefined>()
  const use = (what: (worker: WorkerProcess) => Promise<unknown>) =>
    own.with('a', async worker => {
      pids.add(worker.pid)
      return what(worker)
    })
  const garbage = use(worker => worker.run('image', { from: 'image/png', to: 'png' }, Buffer.from('x')))
  await assert.rejects(garbage, Refusal)
  await use(text)
  assert.equal(pids.size, 1)
  const crash = use(async worker => {
    const answer = worker.run('recode', { from: 'utf-8', to: 'utf-8' }, Buffer.alloc(5_000_000, 97))
    worker.kill()
    return answer
  })
  await assert.rejects(crash, kind('crash'))
  await use(text)
  assert.equal(pids.size, 2)
})

test('a task that is none crashes the worker and nothing else', async () => {
  const own = pool()
  await assert.rejects(
    own.with('a', worker => worker.run('none' as 'html', {}, Buffer.alloc(0))),
    kind('crash'),
  )
  await own.with('a', text)
})

const slow = { from: 'image/png', to: 'avif' }

test('what takes too long is cut off', async () => {
  const own = pool({ workerSeconds: 1 })
  // The worker itself takes its time to start where much else runs.
  await own.with('a', async worker => {
    await assert.rejects(worker.run('image', slow, png(9_000, 9_000, 9_001 * 9_000)), kind('time'))
    await worker.ended
  })
})

test('what takes too much memory is cut off', async () => {
  const own = pool({ workerMemoryOctets: 200_000_000 })
  await assert.rejects(
    own.with('a', worker => worker.run('image', slow, png(9_000, 9_000, 9_001 * 9_000))),
    kind('memory'),
  )
})

test('who goes takes the work along', async () => {
  const own = pool()
  const leaving = new AbortController()
  const work = own.with('a', async worker => {
    const answer = worker.run('image', slow, png(9_000, 9_000, 9_001 * 9_000), leaving.signal)
    leaving.abort(new Error('gone'))
    await assert.rejects(answer, /gone/)
    await worker.ended
  })
  await work
})

test('a worker is replaced after so many tasks', async () => {
  const own = pool({ conversionsPerWorker: 2 })
  const pids: (number | undefined)[] = []
  for (let at = 0; at < 3; at++) {
    await own.with('a', async worker => {
      pids.push(worker.pid)
      await text(worker)
    })
  }
  assert.equal(pids[0], pids[1])
  assert.notEqual(pids[1], pids[2])
})

test('spares are ready before they are asked for; closed, nothing is left', async () => {
  const own = pool({ spares: 1 })
  await own.warm()
  assert.equal(own.size, 1)
  const { ended } = await own.with('a', async worker => {
    await text(worker)
    return { ended: worker.ended }
  })
  await own.close()
  await ended
  assert.equal(own.size, 0)
})

test('when the server dies, its workers do, at whatever they are', async () => {
  const child = fileURLToPath(new URL('./pool.child.ts', import.meta.url))
  const server = spawn(process.execPath, [child], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pids: number[] = []
  for await (const line of createInterface(server.stdout)) {
    pids.push(Number(line))
    if (pids.length === 1) server.kill('SIGKILL')
  }
  // The pipe is the worker's standard error too: it has ended, and so has whoever held it.
  assert.equal(pids.length, 1)
  const alive = () => {
    try {
      process.kill(pids[0] as number, 0)
      return true
    } catch {
      return false
    }
  }
  for (let tries = 0; alive() && tries < 100; tries++) await new Promise(turn => setTimeout(turn, 50))
  assert(!alive())
})
