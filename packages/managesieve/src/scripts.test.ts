import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, type Diagnostic } from 'sieve.js'
import { No } from './reply.ts'
import { verdict } from './scripts.ts'

const { program } = compile('keep;')
const at = (line: number, severity: Diagnostic['severity'], message: string): Diagnostic => {
  return { line, column: 3, severity, message }
}

test('RFC 5804 §2.6: errors refuse, warnings come with OK and their code', () => {
  assert.deepEqual(verdict({ program, diagnostics: [] }, 'Stored'), { status: 'OK', text: 'Stored' })
  assert.deepEqual(verdict({ program, diagnostics: [at(8, 'warning', 'a'), at(9, 'warning', 'b')] }, 'Stored'), {
    status: 'OK',
    code: 'WARNINGS',
    text: 'line 8, column 3: a\r\nline 9, column 3: b',
  })
  assert.throws(
    () => verdict({ program: null, diagnostics: [at(1, 'warning', 'a'), at(2, 'error', 'b')] }, 'Stored'),
    (error: unknown) => error instanceof No && error.message === 'line 2, column 3: b' && error.code === undefined,
  )
})
