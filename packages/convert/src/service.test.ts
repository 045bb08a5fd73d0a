import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { png } from './hostile.testing.ts'
import { type ConversionParameter, type Converter, ConvertProblem, startConverter } from './index.ts'
import type { ConverterOptions } from './options.ts'

const converters: Converter[] = []
after(() => Promise.all(converters.map(each => each.close())))

function started(options: ConverterOptions = {}) {
  const made = startConverter(options)
  converters.push(made)
  return made
}

const plain = (charset: string) => ({ type: 'text', subtype: 'plain', parameters: [['charset', charset] as const] })
const picture = { type: 'image', subtype: 'png', parameters: [] }
const a = { account: 'a' }

async function problemOf(work: Promise<unknown>) {
  try {
    await work
  } catch (error) {
    assert(error instanceof ConvertProblem, String(error))
    return error.error
  }
  return assert.fail('it is converted')
}

const shared = started()

test('a part is converted, and told how it is now', async () => {
  const plan = shared.plan(plain('iso-8859-2'), 'TEXT/PLAIN', [['CHARSET', 'UTF-8']])
  const { octets, ...rest } = await shared.convert(plan, () => [Buffer.from([0xb1]), Buffer.from('\r\n')], a)
  assert.equal(Buffer.from(octets).toString(), 'ą\r\n')
  assert.deepEqual(rest, {
    mediaType: { type: 'text', subtype: 'plain', parameters: [['charset', 'utf-8']] },
    encoding: '8bit',
  })
})

test('lines keep how they are to be read, where the charset alone changes', async () => {
  const from = {
    ...plain('utf-8'),
    parameters: [
      ['charset', 'utf-8'],
      ['format', 'flowed'],
      ['delsp', 'yes'],
    ] as const,
  }
  const { mediaType } = await shared.convert(shared.plan(from, null, []), () => [Buffer.from('a')], a)
  assert.deepEqual(mediaType.parameters, [
    ['charset', 'utf-8'],
    ['format', 'flowed'],
    ['delsp', 'yes'],
  ])
  const fixed = shared.plan(from, 'text/plain', [['format', 'fixed']])
  const result = await shared.convert(fixed, () => [Buffer.from('long \r\nline\r\n')], a)
  assert.equal(Buffer.from(result.octets).toString(), 'longline\r\n')
  assert.deepEqual(result.mediaType.parameters, [
    ['charset', 'utf-8'],
    ['format', 'fixed'],
  ])
})

test('the conversion of RFC 5259 §6 that the text does not allow names the parameter; with a replacement it is done', async () => {
  const html = { type: 'text', subtype: 'html', parameters: [['charset', 'utf-8']] as const }
  const convert = (...parameters: readonly ConversionParameter[]) =>
    shared.convert(shared.plan(html, 'text/plain', parameters), () => [Buffer.from('<p>naïve')], a)
  assert.deepEqual(await problemOf(convert(['Charset', 'us-ascii'])), {
    code: 'BADPARAMETERS',
    from: 'text/html',
    to: 'text/plain',
    parameters: [['Charset', 'us-ascii']],
  })
  const { octets } = await convert(['charset', 'us-ascii'], ['unknown-character-replacement', '?'])
  assert.equal(Buffer.from(octets).toString(), 'na?ve\r\n')
})

test('resize without both sides is not passed over', async () => {
  const plan = shared.plan(picture, 'image/png', [
    ['pix-x', '9'],
    ['resize', 'crop'],
  ])
  const problem = await problemOf(shared.convert(plan, () => [png(9, 9, 90)], a))
  assert.deepEqual('parameters' in problem && problem.parameters, [['resize', 'crop']])
})

test('a header is converted with its charset, and asks for it (RFC 5259 §6)', async () => {
  const header = Buffer.from('Subject: =?iso-8859-1?Q?=E4?=\r\n\r\n')
  const converted = await shared.convertHeader(header, [['CHARSET', 'utf-8']], a)
  assert.equal(Buffer.from(converted).toString(), 'Subject: =?UTF-8?Q?=C3=A4?=\r\n\r\n')
  const missing = await problemOf(shared.convertHeader(header, [], a))
  assert.deepEqual('names' in missing && missing.names, ['charset'])
  const wrong = await problemOf(
    shared.convertHeader(
      header,
      [
        ['charset', 'none'],
        ['pix-x', '1'],
      ],
      a,
    ),
  )
  assert.deepEqual('parameters' in wrong && wrong.parameters, [
    ['charset', 'none'],
    ['pix-x', '1'],
  ])
})

test('a source is read up to the limit, and no further than one past it', async () => {
  const own = started({ limits: { inputOctets: 1_000, spares: 0 } })
  const plan = own.plan(plain('utf-8'), null, [])
  assert.equal((await own.convert(plan, () => [Buffer.alloc(1_000, 97)], a)).octets.length, 1_000)
  let read = 0
  function* endless() {
    for (;;) {
      read += 100
      yield Buffer.alloc(100, 97)
    }
  }
  assert.equal((await problemOf(own.convert(plan, endless, a))).code, 'BADPARAMETERS')
  assert.equal(read, 1_100)
})

test('a result is given up to the limit', async () => {
  const own = started({ limits: { outputOctets: 1_000, spares: 0 } })
  const plan = own.plan(plain('iso-8859-1'), null, [])
  assert.equal((await own.convert(plan, () => [Buffer.alloc(500, 0xe4)], a)).octets.length, 1_000)
  assert.equal((await problemOf(own.convert(plan, () => [Buffer.alloc(501, 0xe4)], a))).code, 'BADPARAMETERS')
})

test('what takes too long, and one too many, is a TEMPFAIL; the next conversion works', async () => {
  const own = started({ limits: { workerSeconds: 2, parallel: 1, waiting: 0, spares: 0 } })
  const plan = own.plan(picture, 'image/avif', [])
  const long = problemOf(own.convert(plan, () => [png(9_000, 9_000, 9_001 * 9_000)], a))
  const text = own.plan(plain('utf-8'), null, [])
  const tooMany = await problemOf(own.convert(text, () => [Buffer.from('a')], { account: 'b' }))
  assert.deepEqual(tooMany, { code: 'TEMPFAIL', minutes: 1 })
  assert.deepEqual(await long, { code: 'TEMPFAIL', minutes: 10 })
  assert.equal((await own.convert(text, () => [Buffer.from('a')], a)).octets.length, 1)
})

test('a source that fails fails the conversion with its own error', async () => {
  const broken = () => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('disk')) }),
  })
  await assert.rejects(shared.convert(shared.plan(plain('utf-8'), null, []), broken, a), /disk/)
})

test('who goes ends the conversion with his reason', async () => {
  const leaving = new AbortController()
  const plan = shared.plan(picture, 'image/avif', [])
  const octets = () => {
    queueMicrotask(() => leaving.abort(new Error('gone')))
    return [png(9_000, 9_000, 9_001 * 9_000)]
  }
  await assert.rejects(shared.convert(plan, octets, { ...a, signal: leaving.signal }), /gone/)
})

test('closed, it leaves nothing under way and takes nothing', async () => {
  const own = started()
  const plan = own.plan(picture, 'image/avif', [])
  const long = problemOf(own.convert(plan, () => [png(9_000, 9_000, 9_001 * 9_000)], a))
  await own.close()
  assert.equal((await long).code, 'TEMPFAIL')
  assert.equal((await problemOf(own.convert(plan, () => [], a))).code, 'TEMPFAIL')
})

test('what a program is needed for is offered only where it is', () => {
  const without = started({
    limits: { spares: 0 },
    programs: { ffmpeg: false, pdftotext: '/nonexistent', pdftohtml: false, pdftoppm: false, soffice: false },
  })
  assert.deepEqual(without.conversions('application/pdf', '*'), [])
  assert.deepEqual(without.conversions('video/*', '*'), [])
  assert(shared.conversions('application/pdf', 'text/plain').length > 0)
})

test('types and outcomes are counted and logged with the account (RFC 5259 §11, §13)', async () => {
  const lines: object[] = []
  const log = {
    debug() {},
    warn() {},
    error() {},
    child: () => log,
    info: (line: object) => void lines.push(line),
  } as never
  const counted: object[] = []
  const nothing = { inc() {}, dec() {}, set() {}, observe() {} }
  const metrics = {
    gauge: () => nothing,
    histogram: () => nothing,
    counter: () => ({ inc: (labels: object) => void counted.push(labels) }),
  } as never
  const own = started({ limits: { spares: 0 }, log, metrics })
  await own.convert(own.plan(plain('utf-8'), null, []), () => [Buffer.from('a')], a)
  const names = { from: 'text/plain', to: 'text/plain', outcome: 'converted' }
  assert.deepEqual(counted, [names])
  const { milliseconds, ...line } = lines.at(-1) as { milliseconds: number }
  assert.deepEqual(line, { account: 'a', ...names })
  assert.equal(typeof milliseconds, 'number')
})
