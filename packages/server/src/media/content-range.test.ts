import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Wanted, wantedOf } from './content-range.ts'

const tag = '"abc"'
const whole: Wanted = { kind: 'whole' }

test('what a request wants of ten octets', () => {
  for (const [headers, wanted] of [
    [{}, whole],
    [{ range: 'bytes=0-3' }, { kind: 'part', start: 0, end: 4 }],
    [{ range: 'bytes=4-' }, { kind: 'part', start: 4, end: 10 }],
    [{ range: 'bytes=-3' }, { kind: 'part', start: 7, end: 10 }],
    [{ range: 'bytes=-30' }, { kind: 'part', start: 0, end: 10 }],
    [{ range: 'bytes=8-99' }, { kind: 'part', start: 8, end: 10 }],
    [{ range: 'bytes=10-' }, { kind: 'unsatisfiable' }],
    [{ range: 'bytes=-0' }, { kind: 'unsatisfiable' }],
    [{ range: 'bytes=3-1' }, whole],
    [{ range: 'bytes=x' }, whole],
    [{ range: 'lines=1-2' }, whole],
    [{ range: 'bytes=0-1,4-5' }, whole],
    [
      { range: 'bytes=0-3', 'if-range': tag },
      { kind: 'part', start: 0, end: 4 },
    ],
    [{ range: 'bytes=0-3', 'if-range': '"old"' }, whole],
    [{ range: 'bytes=0-3', 'if-range': 'Tue, 24 Nov 2026 00:00:00 GMT' }, whole],
    [{ 'if-none-match': tag }, { kind: 'unchanged' }],
    [{ 'if-none-match': `"x", W/${tag}`, range: 'bytes=0-3' }, { kind: 'unchanged' }],
    [{ 'if-none-match': '*' }, { kind: 'unchanged' }],
    [{ 'if-none-match': '"x"' }, whole],
  ] as const) {
    assert.deepEqual(wantedOf(headers, 10, tag), wanted, JSON.stringify(headers))
  }
})

test('of nothing, everybody gets all', () => {
  assert.deepEqual(wantedOf({ range: 'bytes=0-' }, 0, tag), whole)
  assert.deepEqual(wantedOf({ range: 'bytes=-1' }, 0, tag), whole)
})
