import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bad } from './bad.ts'
import { Ended, Reader, type ReaderLimits, Unframed } from './reader.ts'
import { octets, text } from './testing.ts'

const limits: ReaderLimits = {
  lineOctets: 20,
  literalOctets: 10,
  nonSyncOctets: 10,
  commandOctets: 40,
  skipOctets: 100,
}

/** A reader over pieces; `asked` counts continuation requests. */
function over(pieces: readonly string[], options: { limits?: Partial<ReaderLimits>; nonSync?: boolean } = {}) {
  const queue = pieces.map(octets)
  const asked = { count: 0 }
  const reader = new Reader(
    { read: async () => queue.shift() ?? null },
    { ...limits, ...options.limits },
    async () => void asked.count++,
    { nonSync: options.nonSync ?? true },
  )
  return { reader, asked }
}

async function whole(reader: Reader): Promise<string | null> {
  const frame = await reader.command()
  if (frame === null) return null
  await frame.complete()
  if (frame.problem) throw frame.problem
  return text(frame.octets)
}

test('lines are commands, however they are cut', async () => {
  const { reader } = over(['a NO', 'OP\r', '\nb NOOP\r\nc', ' X\n', '\r\nd\r\n'])
  const seen: (string | null)[] = []
  for (let i = 0; i < 5; i++) seen.push(await whole(reader))
  assert.deepEqual(seen, ['a NOOP', 'b NOOP', 'c X', 'd', null])
})

test('a literal waits for its continuation, a non-synchronizing one does not', async () => {
  const { reader, asked } = over(['a {3}\r\nx', 'yz {2+}\r\n\r\n c\r\nb\r\n'])
  assert.equal(await whole(reader), 'a {3}\r\nxyz {2+}\r\n\r\n c')
  assert.equal(asked.count, 1)
  assert.equal(await whole(reader), 'b')
})

test('a non-synchronizing literal is refused where the server has none, and passed over', async () => {
  const { reader } = over(['a {3+}\r\nxyz\r\nb\r\n'], { nonSync: false })
  await assert.rejects(whole(reader), Bad)
  assert.equal(await whole(reader), 'b')
})

test('a literal that does not wait may be as long as its own limit, and one octet more is passed over', async () => {
  const { reader } = over(['a {3+}\r\nxyz\r\na {4+}\r\nwxyz {1+}\r\nv\r\na {4}\r\n', 'wxyz\r\nb\r\n'], {
    limits: { nonSyncOctets: 3 },
  })
  assert.equal(await whole(reader), 'a {3+}\r\nxyz')
  await assert.rejects(whole(reader), { name: 'Bad', code: 'TOOBIG' })
  assert.equal(await whole(reader), 'a {4}\r\nwxyz')
  assert.equal(await whole(reader), 'b')
})

test('a line of the limit is taken, one octet more is refused and passed over', async () => {
  for (const cut of [1, 7, 1000]) {
    const line = 'x'.repeat(limits.lineOctets)
    const input = `${line}\r\n${line}y\r\nb\r\n`.match(new RegExp(`[^]{1,${cut}}`, 'g')) ?? []
    const { reader } = over(input)
    assert.equal(await whole(reader), line)
    const frame = await reader.command()
    assert.ok(frame?.problem instanceof Bad)
    assert.equal(await whole(reader), 'b')
  }
})

test('of a line that is too long, the tag is kept and its literal is passed over', async () => {
  const { reader, asked } = over([`tag7 ${'x'.repeat(50)} {4+}\r\nabcd rest\r\nb\r\n`])
  const frame = await reader.command()
  assert.match(text(frame?.octets ?? octets('')), /^tag7 x/)
  await frame?.discard()
  assert.equal(await whole(reader), 'b')
  assert.equal(asked.count, 0)
})

test('a line far too long ends the conversation, at the limit and one past it', async () => {
  const most = limits.lineOctets + limits.skipOctets
  const { reader } = over([`${'x'.repeat(most)}\r\nb\r\n`])
  // The CR counts as one of the octets.
  await assert.rejects(reader.command(), Unframed)
  const other = over([`${'x'.repeat(most - 1)}\r\nb\r\n`]).reader
  assert.ok((await other.command())?.problem)
  assert.equal(await whole(other), 'b')
})

test('a literal of the limit is taken, one octet more is not', async () => {
  const { reader, asked } = over([`a {10+}\r\n${'x'.repeat(10)}\r\na {11}\r\nb {11+}\r\n${'x'.repeat(11)}\r\nc\r\n`])
  assert.ok((await whole(reader))?.startsWith('a {10+}'))
  await assert.rejects(whole(reader), /10 octets/)
  assert.equal(asked.count, 0)
  await assert.rejects(whole(reader), /10 octets/)
  assert.equal(await whole(reader), 'c')
})

test('a command of the limit is taken, one octet more is not', async () => {
  // Lines and literals without their line ends count: 7 + 10 + 6 + 10 + 7.
  const command = (last: string) => `a {10+}\r\n${'x'.repeat(10)} {10+}\r\n${'x'.repeat(10)}${last}\r\n`
  const { reader } = over([command('z'.repeat(7)), command('z'.repeat(8)), 'b\r\n'])
  assert.ok(await whole(reader))
  await assert.rejects(whole(reader), /command/)
  assert.equal(await whole(reader), 'b')
})

test('more than can be passed over ends the conversation', async () => {
  const { reader } = over(['a {101+}\r\n'])
  await assert.rejects(whole(reader), Unframed)
})

test('an end within a command is told from one between commands', async () => {
  assert.equal(await whole(over([]).reader), null)
  await assert.rejects(whole(over(['a NOOP']).reader), Ended)
  await assert.rejects(whole(over(['a {5+}\r\nab']).reader), Ended)
})

test('a literal can be streamed, and what is behind it parsed', async () => {
  const { reader, asked } = over(['a {12}\r\nabc', 'defghi', 'jkl {2}\r\nxy z\r\nb\r\n'])
  const frame = await reader.command()
  assert.equal(frame?.pending?.octets, 12)
  const pieces: string[] = []
  for await (const piece of frame?.stream() ?? []) pieces.push(text(piece))
  assert.deepEqual(pieces, ['abc', 'defghi', 'jkl'])
  await frame?.load()
  assert.equal(text(frame?.octets ?? octets('')), ' {2}\r\nxy z')
  assert.equal(asked.count, 2)
  assert.equal(await whole(reader), 'b')
})

test('the peer is seen to go while nothing is read', async () => {
  assert.equal(await over([]).reader.isGone(), true)
  const { reader } = over(['b\r\n'])
  assert.equal(await reader.isGone(), false)
  assert.equal(await whole(reader), 'b')
})

test('any cut of the same octets gives the same commands', async () => {
  const input = 'a LOGIN {2+}\r\nxy {0}\r\n\r\nb NOOP\nc {3+}\r\n\r\n\n x\r\n'
  const expected = ['a LOGIN {2+}\r\nxy {0}\r\n', 'b NOOP', 'c {3+}\r\n\r\n\n x', null]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }), async cuts => {
      const pieces: string[] = []
      let at = 0
      for (let i = 0; at < input.length; i++) {
        const cut = cuts[i % cuts.length] as number
        pieces.push(input.slice(at, at + cut))
        at += cut
      }
      const { reader } = over(pieces)
      for (const command of expected) assert.equal(await whole(reader), command)
    }),
    { seed: 9, numRuns: 300 },
  )
})
