import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryStore } from './testing.ts'

const result = { day: 20_000, domain: 'far.example', policy: '{"type":"sts"}', failure: '', summary: '' }
const failed = (failure: string) => ({ ...result, failure, summary: '{"type":"any"}' })

test('sessions that went alike are counted together', async t => {
  const { tlsReports } = await temporaryStore(t)
  await tlsReports.note(result)
  await tlsReports.note(result)
  await tlsReports.note(failed('{"type":"x"}'))
  await tlsReports.note({ ...result, domain: 'near.example' })
  await tlsReports.note({ ...result, day: 20_001 })
  assert.deepEqual(
    (await tlsReports.results(20_000, 'far.example')).map(({ failure, sessions }) => [failure, sessions]),
    [
      ['', 2],
      ['{"type":"x"}', 1],
    ],
  )
  const told = (await tlsReports.list()).map(({ day, domain, state }) => `${day} ${domain} ${state}`)
  assert.deepEqual(told, ['20000 far.example collected', '20000 near.example collected', '20001 far.example collected'])
  assert.equal((await tlsReports.list('near.example')).length, 1)
  await tlsReports.forget(20_001)
  assert.deepEqual(
    (await tlsReports.list()).map(({ day }) => day),
    [20_001],
  )
})

test('past the limit of a domain only the kind of failure is kept, past that of a day nothing new', async t => {
  const { tlsReports } = await temporaryStore(t, { limits: { tlsResultsPerDomain: 2, tlsResultsPerDay: 4 } })
  for (const number of [1, 2, 3, 4]) await tlsReports.note(failed(`{"type":"any","host":${number}}`))
  assert.deepEqual(
    (await tlsReports.results(20_000, 'far.example')).map(({ failure, sessions }) => [failure, sessions]),
    [
      ['{"type":"any","host":1}', 1],
      ['{"type":"any","host":2}', 1],
      ['{"type":"any"}', 2],
    ],
  )
  for (const domain of ['b.example', 'c.example']) await tlsReports.note({ ...result, domain })
  assert.equal((await tlsReports.results(20_000, 'b.example')).length, 1)
  assert.equal((await tlsReports.results(20_000, 'c.example')).length, 0)
  await tlsReports.note(failed('{"type":"any","host":1}'))
  assert.equal((await tlsReports.results(20_000, 'far.example'))[0]?.sessions, 2)
})

test('a report is due when its day is over, until it is settled', async t => {
  const { tlsReports } = await temporaryStore(t)
  await tlsReports.note(result)
  const due = async (before: number, now: number) =>
    (await tlsReports.due(before, now, 10)).map(({ domain, state, attempts }) => [domain, state, attempts])
  assert.deepEqual(await due(20_000, 0), [])
  assert.deepEqual(await due(20_001, 0), [['far.example', 'collected', 0]])
  const report = { day: 20_000, domain: 'far.example' }
  await tlsReports.settle({ ...report, state: 'waiting', nextAt: 500, detail: 'busy' }, null)
  assert.deepEqual(await due(20_001, 499), [])
  assert.deepEqual(await due(20_001, 500), [['far.example', 'waiting', 1]])
  await tlsReports.settle({ ...report, state: 'sent', nextAt: 0, detail: 'https://far.example/' }, null)
  assert.deepEqual(await due(20_001, 9999), [])
  const [told] = await tlsReports.list()
  assert.deepEqual(told, { ...report, state: 'sent', attempts: 2, nextAt: 0, detail: 'https://far.example/' })
})

test('a report by mail is settled and queued in one', async t => {
  const store = await temporaryStore(t)
  await store.tlsReports.note(result)
  const writer = store.contents.writer({ limitOctets: 1000 })
  await writer.write(Buffer.from('Subject: report\r\n\r\n'))
  const enqueue = [{ reversePath: '', recipient: 'tls@far.example', expiresAt: Date.now() + 1000 }]
  await store.tlsReports.settle(
    { day: 20_000, domain: 'far.example', state: 'sent', nextAt: 0, detail: 'mailto:tls@far.example' },
    { content: await writer.finish(), deliveries: [], enqueue },
  )
  assert.deepEqual(
    (await store.queue.list()).map(({ recipient }) => recipient),
    ['tls@far.example'],
  )
  assert.equal((await store.tlsReports.list())[0]?.state, 'sent')
})
