import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparePassword } from './prepare.ts'

test('SASLprep, RFC 4013 §3, and what it cannot prepare', () => {
  const rows: [password: string, prepared: string, why: string][] = [
    ['I\u00adX', 'IX', 'SOFT HYPHEN mapped to nothing'],
    ['user', 'user', 'no transformation'],
    ['USER', 'USER', 'case preserved, will not match #2'],
    ['\u00aa', 'a', 'output is NFKC, input in ISO 8859-1'],
    ['\u2168', 'IX', 'output is NFKC, will match #1'],
    ['\u0007', '\u0007', 'prohibited character: stands for itself'],
    ['\u0627\u0031', '\u0627\u0031', 'bidirectional check: stands for itself'],
    ['a\u00a0b', 'a b', 'non-ASCII space'],
    ['correct horse 🐎', 'correct horse 🐎', 'a code point that Unicode 3.2 did not have'],
    ['\u00ad', '\u00ad', 'nothing would be left'],
  ]
  for (const [password, prepared, why] of rows) assert.equal(preparePassword(password), prepared, why)
})
