import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isReturnPath, ReturnPaths } from './return-paths.ts'

const dayMilliseconds = 86_400_000
const began = Date.UTC(2026, 10, 24)

function paths(clock = { now: began }, secret = new Uint8Array(32).fill(7)) {
  return new ReturnPaths({ secret: async () => secret, days: 21, now: () => clock.now })
}

test('a return path has the one that it stands for in it, and leads back to it', async () => {
  const away = await paths().away('Ada.L+x@far.example', 'example.org')
  assert.match(away, /^SRS0=[a-z2-7]{8}=[a-z2-7]{2}=far\.example=Ada\.L\+x@example\.org$/)
  assert.ok(isReturnPath(away))
  assert.equal(await paths().back(away), 'Ada.L+x@far.example')
  assert.equal(await paths().back(away.replace('SRS0=', 'SRS0+')), 'Ada.L+x@far.example')
})

test('servers on the way that fold its case do not harm it', async () => {
  const away = await paths().away('ada@far.example', 'example.org')
  assert.equal(await paths().back(away.toLowerCase()), 'ada@far.example')
  assert.equal(await paths().back(away.toUpperCase()), 'ADA@far.example')
})

test('one of another server goes back by that server, however many were in between', async () => {
  const first = 'SRS0=xyz=ab=far.example=ada@one.example'
  const second = await paths().away(first, 'example.org')
  assert.match(second, /^SRS1=[a-z2-7]{8}=one\.example==xyz=ab=far\.example=ada@example\.org$/)
  assert.equal(await paths().back(second), first)
  const other = paths(undefined, new Uint8Array(32).fill(9))
  const third = await other.away(second, 'third.example')
  assert.match(third, /^SRS1=[a-z2-7]{8}=one\.example==xyz=ab=far\.example=ada@third\.example$/)
  assert.equal(await other.back(third), first)
  assert.equal(await paths().back(third), null)
  assert.match(
    await paths().away('SRS0+xyz=ab=c.example=a@one.example', 'example.org'),
    /=one\.example=\+xyz=ab=c\.example=a@/,
  )
})

test('what was not signed here leads nowhere', async () => {
  const away = await paths().away('ada@far.example', 'example.org')
  const forged = [
    away.replace('ada', 'eve'),
    away.replace('far', 'fur'),
    away.replace(/=(\w)(\w{7})=/, (_, one, rest) => `=${one === 'a' ? 'b' : 'a'}${rest}=`),
    'SRS0=aaaaaaaa=aa=far.example=ada@example.org',
    'SRS0=far.example=ada@example.org',
    'SRS1=aaaaaaaa=far.example==aaaaaaaa=aa=x.example=ada@example.org',
    'SRS0=@example.org',
    'SRS0=ääääääää=aa=far.example=ada@example.org',
    'SRS2=aaaaaaaa=aa=far.example=ada@example.org',
    'ada@example.org',
    '',
  ]
  for (const each of forged) assert.equal(await paths().back(each), null, each)
  assert.equal(await paths(undefined, new Uint8Array(32)).back(away), null)
})

test('it leads back for so many days, and not one day longer', async () => {
  for (const start of [began, 1023 * dayMilliseconds, 1024 * 20 * dayMilliseconds - 1]) {
    const clock = { now: start }
    const away = await paths(clock).away('ada@far.example', 'example.org')
    clock.now = start + 21 * dayMilliseconds
    assert.equal(await paths(clock).back(away), 'ada@far.example')
    clock.now += dayMilliseconds
    assert.equal(await paths(clock).back(away), null)
    clock.now = start - dayMilliseconds
    assert.equal(await paths(clock).back(away), null, 'of tomorrow')
  }
})

test('what has no room in it stays as it is', async () => {
  // "SRS0=" 8 "=" 2 "=" "far.example" "=" and what is left of 64.
  const longest = `${'x'.repeat(64 - 29)}@far.example`
  assert.ok(isReturnPath(await paths().away(longest, 'example.org')))
  for (const path of [`x${longest}`, '"a b"@far.example', 'a b@far.example', '.a@far.example', '', 'postmaster']) {
    assert.equal(await paths().away(path, 'example.org'), path)
  }
})

test('a domain in Unicode asks no more of the next server than it did', async () => {
  const away = await paths().away('ada@bücher.example', 'example.org')
  assert.match(away, /=xn--bcher-kva\.example=ada@example\.org$/)
  assert.equal(await paths().back(away), 'ada@xn--bcher-kva.example')
  assert.equal(await paths().back(await paths().away('jürgen@far.example', 'example.org')), 'jürgen@far.example')
})

test('there and back again, whoever it is', async () => {
  const atom = fc.string({ unit: fc.constantFrom(...'aZ09.-_+=#!'), minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(atom, async local => {
      const path = `${local}@far.example`
      const away = await paths().away(path, 'example.org')
      if (away !== path) assert.equal(await paths().back(away), path)
    }),
    { seed: 64, numRuns: 500 },
  )
})
