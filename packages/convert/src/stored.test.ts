import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '@lemonade/store'
import type { Converted, Converter, Plan } from './converter.ts'
import { StoredConversions, type StoredPart } from './stored.ts'

const plan: Plan = { from: { type: 'text', subtype: 'plain', parameters: [] }, to: 'text/plain', key: 'loud' }

/** A converter that only shouts, when it is told to. */
class Shouter {
  runs = 0
  readonly aborted: unknown[] = []
  readonly begun: (() => void)[] = []
  readonly #gates: PromiseWithResolvers<void>[] = []

  async convert(
    _plan: Plan,
    source: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: { readonly signal?: AbortSignal },
  ): Promise<Converted> {
    this.runs++
    const pieces: Uint8Array[] = []
    for await (const piece of source()) pieces.push(piece)
    const gate = Promise.withResolvers<void>()
    this.#gates.push(gate)
    options.signal?.addEventListener('abort', () => {
      this.aborted.push(options.signal?.reason)
      gate.reject(options.signal?.reason)
    })
    for (const begun of this.begun.splice(0)) begun()
    await gate.promise
    return {
      mediaType: { type: 'text', subtype: 'plain', parameters: [['charset', 'utf-8']] },
      octets: Buffer.from(Buffer.concat(pieces).toString().toUpperCase()),
      encoding: '7bit',
    }
  }

  whenBegun(): Promise<void> {
    return new Promise(resolve => this.begun.push(resolve))
  }

  finish(): void {
    for (const gate of this.#gates.splice(0)) gate.resolve()
  }

  fail(error: Error): void {
    for (const gate of this.#gates.splice(0)) gate.reject(error)
  }
}

async function setUp(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-convert-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    await rm(directory, { recursive: true, force: true })
  })
  const { id } = await store.accounts.add({ name: 'alice@example.org' })
  const inbox = await store.mailboxes.find(id, 'INBOX')
  assert.ok(inbox)
  const header = 'Content-Transfer-Encoding: base64\r\n\r\n'
  const body = `${Buffer.from('hello\nworld\n').toString('base64')}\r\n`
  const writer = store.contents.writer({ limitOctets: 1e6 })
  await writer.write(Buffer.from(header + body))
  const { uids } = await store.messages.append(inbox.id, [{ content: await writer.finish(), flags: [] }])
  const [row] = await store.messages.page(
    inbox.id,
    uids.map(uid => ({ first: uid, last: uid })),
    1,
  )
  assert.ok(row)
  const part: StoredPart = { content: row.content, start: header.length, end: row.octets, encoding: 'base64' }
  const shouter = new Shouter()
  return { shouter, part, conversions: new StoredConversions(store, shouter as unknown as Converter) }
}

async function text(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const found: Uint8Array[] = []
  for await (const piece of pieces) found.push(piece)
  return Buffer.concat(found).toString()
}

test('a part is decoded and converted once; the next who asks has the kept result', async t => {
  const { shouter, part, conversions } = await setUp(t)
  const begun = shouter.whenBegun()
  const first = conversions.convert(part, plan, { account: '1' })
  await begun
  shouter.finish()
  const result = await first
  assert.equal(await text(result.read()), 'HELLO\nWORLD\n')
  assert.equal(await text(result.read(6, 11)), 'WORLD')
  const { mediaType, encoding, octets, lines, holdsNul } = result
  assert.deepEqual(
    { mediaType, encoding, octets, lines, holdsNul },
    {
      mediaType: { type: 'text', subtype: 'plain', parameters: [['charset', 'utf-8']] },
      encoding: '7bit',
      octets: 12,
      lines: 2,
      holdsNul: false,
    },
  )
  assert.equal(await text((await conversions.convert(part, plan, { account: '2' })).read()), 'HELLO\nWORLD\n')
  assert.equal(shouter.runs, 1)
})

test('other parameters, and another transfer encoding, are another result', async t => {
  const { shouter, part, conversions } = await setUp(t)
  for (const [each, key] of [
    [part, 'loud'],
    [part, 'louder'],
    [{ ...part, encoding: '7bit' }, 'loud'],
  ] as const) {
    const begun = shouter.whenBegun()
    const result = conversions.convert(each, { ...plan, key }, { account: '1' })
    await begun
    shouter.finish()
    await result
  }
  assert.equal(shouter.runs, 3)
})

test('two that ask at once wait for one run, which goes on while one of them still waits', async t => {
  const { shouter, part, conversions } = await setUp(t)
  const begun = shouter.whenBegun()
  const leaving = new AbortController()
  const one = conversions.convert(part, plan, { account: '1', signal: leaving.signal })
  const other = conversions.convert(part, plan, { account: '1' })
  await begun
  leaving.abort()
  await assert.rejects(one, { name: 'AbortError' })
  assert.equal(shouter.aborted.length, 0)
  shouter.finish()
  assert.equal(await text((await other).read()), 'HELLO\nWORLD\n')
  assert.equal(shouter.runs, 1)
})

test('where nobody waits any more the run is ended', async t => {
  const { shouter, part, conversions } = await setUp(t)
  const begun = shouter.whenBegun()
  const leaving = new AbortController()
  const only = conversions.convert(part, plan, { account: '1', signal: leaving.signal })
  await begun
  leaving.abort()
  await assert.rejects(only, { name: 'AbortError' })
  assert.equal(shouter.aborted.length, 1)
  await assert.rejects(conversions.convert(part, plan, { account: '1', signal: leaving.signal }), {
    name: 'AbortError',
  })
})

test('what failed is tried anew', async t => {
  const { shouter, part, conversions } = await setUp(t)
  for (const expected of [new Error('no luck'), null]) {
    const begun = shouter.whenBegun()
    const result = conversions.convert(part, plan, { account: '1' })
    await begun
    if (expected === null) shouter.finish()
    else shouter.fail(expected)
    if (expected === null) assert.equal(await text((await result).read()), 'HELLO\nWORLD\n')
    else await assert.rejects(result, expected)
  }
  assert.equal(shouter.runs, 2)
})

test('a part is decoded once, and any range of it can be read', async t => {
  const { part, conversions } = await setUp(t)
  for (let times = 0; times < 2; times++) {
    const decoded = await conversions.decoded(part)
    assert.equal(decoded.octets, 12)
    assert.equal(await text(decoded.read()), 'hello\nworld\n')
    assert.equal(await text(decoded.read(6, 8)), 'wo')
    decoded.release()
  }
  const asItIs = await conversions.decoded({ ...part, encoding: '8bit' })
  assert.equal(asItIs.octets, part.end - part.start)
  assert.equal(await text(asItIs.read()), 'aGVsbG8Kd29ybGQK\r\n')
  assert.equal(await text(asItIs.read(4, 8)), 'bG8K')
  assert.equal(await text(asItIs.read(16, 99)), '\r\n')
  assert.equal(await text(asItIs.read(99)), '')
})
