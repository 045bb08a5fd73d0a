import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reportTargets } from './record.ts'

const targets = (...records: readonly (readonly string[])[]) =>
  reportTargets(records)?.map(target => (target.scheme === 'mailto' ? target.address : target.url.href)) ?? null

test('RFC 8460 §3.1: its own examples', () => {
  assert.deepEqual(targets(['v=TLSRPTv1;rua=mailto:reports@example.com']), ['reports@example.com'])
  assert.deepEqual(targets(['v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt']), [
    'https://reporting.example.com/v1/tlsrpt',
  ])
})

test('RFC 8460 §3: what is a record and what is not', () => {
  const rows: readonly [records: readonly (readonly string[])[], found: readonly string[] | null][] = [
    [[['v=TLSRPTv1; rua=mailto:a@b.example , https://b.example/?x=1;']], ['a@b.example', 'https://b.example/?x=1']],
    [[['v=TLSRPTv1;', ' rua=mailto:a@', 'b.example']], ['a@b.example']],
    [[['v=TLSRPTv1; rua=mailto:a%2Bb@b.example?subject=x']], ['a+b@b.example']],
    [[['v=TLSRPTv1; foo=bar; rua=MAILTO:a@b.example']], ['a@b.example']],
    [[['v=spf1 -all'], ['v=TLSRPTv1;rua=mailto:a@b.example']], ['a@b.example']],
    [[['v=TLSRPTv1;rua=mailto:a@b.example'], ['v=TLSRPTv1;rua=mailto:c@b.example']], null],
    [[['v=TLSRPTv2;rua=mailto:a@b.example']], null],
    [[['v=TLSRPTv1;']], null],
    [[], null],
    [[['v=TLSRPTv1; rua=ftp://b.example/']], []],
    [[['v=TLSRPTv1; rua=http://b.example/']], []],
    [[['v=TLSRPTv1; rua=https://user:secret@b.example/']], []],
    [[['v=TLSRPTv1; rua=mailto:nobody']], []],
    [[['v=TLSRPTv1; rua=mailto:a@b.example%0D%0ABcc:x@y.example']], []],
    [[['v=TLSRPTv1; rua=mailto:%E0%A4%A']], []],
  ]
  for (const [records, found] of rows) assert.deepEqual(targets(...records), found, JSON.stringify(records))
  const many = Array.from({ length: 11 }, (_, number) => `mailto:a${number}@b.example`)
  assert.equal(targets([`v=TLSRPTv1; rua=${many.join()}`])?.length, 10)
})

test('records of strangers never throw', () => {
  const piece = fc.oneof(
    fc.constantFrom('v=TLSRPTv1;', 'rua=', 'mailto:', 'https://', 'a@b.example', ',', '%', '\r\n', ';', ' '),
    fc.string({ maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), pieces => void reportTargets([pieces])),
    { seed: 8460, numRuns: 2000 },
  )
})
