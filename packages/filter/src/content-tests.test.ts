import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noContentTests, testedByFields } from './content-tests.ts'

const tests = testedByFields({
  spam: { field: 'X-Spam-Score', clear: 0, certain: 15 },
  virus: { field: 'X-Virus-Status' },
})
const content = (...fields: string[]) => ({ header: Buffer.from(`${fields.join('\r\n')}\r\n\r\n`) })
const spam = async (value: string) => (await tests.verdict('spam', content(`X-Spam-Score: ${value}`)))?.value ?? null
const virus = async (value: string) =>
  (await tests.verdict('virus', content(`X-Virus-Status: ${value}`)))?.value ?? null

describe('what filters in front have found (RFC 5235)', () => {
  test('a score becomes a per cent, and only what is clear or certain is said to be', async () => {
    const rows: [text: string, value: number | null][] = [
      ['-3.2', 0],
      ['0', 0],
      ['0.01', 1],
      ['7.5', 50],
      ['14.999', 99],
      ['15', 100],
      ['999', 100],
      ['5.3 / 15.00', 35],
      ['Yes, score=5.3 required=5.0 tests=A,B', 35],
      ['No, score=-1.0', 0],
      ['***** 3', 20],
      ['', null],
      ['unknown', null],
    ]
    for (const [text, value] of rows) assert.equal(await spam(text), value, text)
  })

  test('a filter against viruses says so in a word, or in the numbers of the RFC', async () => {
    const rows: [text: string, value: number | null][] = [
      ['Clean', 1],
      ['not infected', 1],
      ['Infected (Eicar-Test)', 5],
      ['No', 1],
      ['2 replaced', 2],
      ['4', 4],
      ['6', null],
      ['perhaps', null],
      ['', null],
    ]
    for (const [text, value] of rows) assert.equal(await virus(text), value, text)
  })

  test('the text goes along', async () => {
    assert.deepEqual(await tests.verdict('virus', content('X-Virus-Status: 4 heuristics')), {
      value: 4,
      text: 'heuristics',
    })
  })

  test('the first field counts, which the last filter has added; without one nobody has tested', async () => {
    const two = content('X-Spam-Score: 3', 'x-spam-score: -100')
    assert.equal((await tests.verdict('spam', two))?.value, 20)
    assert.equal(await tests.verdict('spam', content('Subject: x')), null)
    assert.equal(await noContentTests.verdict('spam', two), null)
    assert.equal(await testedByFields({ spam: null, virus: null }).verdict('virus', two), null)
  })
})
