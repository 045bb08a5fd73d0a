import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conversions } from './conversions/index.ts'
import { defaultConvertLimits } from './limits.ts'
import type { MediaType } from './media-type.ts'
import { defaultPreferred } from './options.ts'
import { type ConversionParameter, ConvertProblem } from './problem.ts'
import { Registry } from './registry.ts'

const limits = defaultConvertLimits
const registry = new Registry(conversions, limits, defaultPreferred)

function mediaType(text: string): MediaType {
  const [name = '', ...parameters] = text.split(';')
  const [type = '', subtype = ''] = name.split('/')
  return { type, subtype, parameters: parameters.map(each => each.split('=') as [string, string]) }
}

function plan(from: string, to: string | null, ...parameters: readonly ConversionParameter[]) {
  return registry.plan(mediaType(from), to, parameters)
}

function refusal(from: string, to: string | null, ...parameters: readonly ConversionParameter[]) {
  try {
    plan(from, to, ...parameters)
  } catch (error) {
    assert(error instanceof ConvertProblem)
    return error.error
  }
  return assert.fail('it is planned')
}

test('CONVERSIONS of text/plain to itself names charset and unknown-character-replacement (RFC 5259 §7.1)', () => {
  const [offer, ...more] = registry.conversions('text/plain', 'TEXT/Plain')
  assert.deepEqual(more, [])
  assert.equal(offer?.to, 'text/plain')
  assert(offer?.parameters.includes('charset'))
  assert(offer?.parameters.includes('unknown-character-replacement'))
})

test('every text type that is converted at all knows charset (RFC 5259 §7.1)', () => {
  for (const from of ['text/plain', 'text/html', 'text/css', 'text/csv', 'text/enriched', 'text/xml']) {
    const [own] = registry.conversions(from, from)
    assert(own?.parameters.includes('charset'), from)
    for (const offer of registry.conversions(from, 'text/*')) assert(offer.parameters.includes('charset'), offer.to)
  }
})

test('patterns cover sources and targets, and all offers are concrete and in order', () => {
  const pairs = (from: string, to: string) => registry.conversions(from, to).map(offer => `${offer.from} ${offer.to}`)
  assert(pairs('image/gif', 'image/jpeg').length === 1)
  assert.deepEqual(pairs('image/gif', '*'), [
    'image/gif image/avif',
    'image/gif image/jpeg',
    'image/gif image/png',
    'image/gif image/webp',
  ])
  assert(pairs('*', 'image/jpeg').includes('image/bmp image/jpeg'))
  assert.deepEqual(pairs('image/*', 'text/*'), [])
  assert.deepEqual(pairs('x/y', '*'), [])
  const all = pairs('*', '*')
  assert.deepEqual(all, all.toSorted())
  assert.equal(new Set(all).size, all.length)
  assert(!all.some(pair => pair.includes('*')))
})

for (const bad of ['', 'text', 'text/', '/plain', 'text/plain/x', '*/plain', 'te xt/plain', 'text/**', 'tëxt/plain']) {
  test(`"${bad}" is no type to ask for`, () => {
    assert.throws(() => registry.conversions(bad, '*'), RangeError)
    assert.throws(() => registry.conversions('*', bad), RangeError)
  })
}

test('a default conversion takes what is most widely understood (RFC 5259 §6)', () => {
  const best = (from: string, ...parameters: readonly ConversionParameter[]) => plan(from, null, ...parameters).to
  assert.equal(best('text/plain'), 'text/plain')
  assert.equal(best('text/html'), 'text/plain')
  assert.equal(best('text/css'), 'text/css')
  assert.equal(best('text/calendar'), 'text/plain')
  assert.equal(best('image/png'), 'image/jpeg')
  assert.equal(best('application/pdf'), 'text/plain')
  assert.equal(best('audio/x-wav'), 'audio/mp4')
  assert.equal(best('video/quicktime'), 'video/mp4')
})

test('what a default conversion takes follows from its parameters', () => {
  assert.equal(plan('application/pdf', null, ['PIX-X', '320']).to, 'image/jpeg')
  assert.equal(plan('video/mp4', null, ['size-limit', '9000']).to, 'image/jpeg')
})

test('the operator says what is preferred', () => {
  const own = new Registry(conversions, limits, ['image/webp'])
  assert.equal(own.plan(mediaType('image/png'), null, []).to, 'image/webp')
  assert.equal(own.plan(mediaType('application/pdf'), null, [['pix-y', '9']]).to, 'image/webp')
})

test('an impossible conversion is BADPARAMETERS without parameters (RFC 5259 §9)', () => {
  assert.deepEqual(refusal('image/png', 'text/plain'), {
    ...{ code: 'BADPARAMETERS', from: 'image/png', to: 'text/plain', parameters: [] },
  })
  assert.deepEqual(refusal('application/x-unknown', null), {
    ...{ code: 'BADPARAMETERS', from: 'application/x-unknown', to: 'text/plain', parameters: [] },
  })
})

test('every parameter that is unknown, irrelevant, repeated or out of bounds is listed as it was written', () => {
  const problem = refusal(
    'image/png',
    'IMAGE/JPEG',
    ['Pix-X', '320'],
    ['PIX-X', '321'],
    ['pix-y', '0'],
    ['charset', 'utf-8'],
    ['__proto__', 'x'],
    ['Quality', '101'],
  )
  assert.deepEqual(problem, {
    code: 'BADPARAMETERS',
    from: 'image/png',
    to: 'image/jpeg',
    parameters: [
      ['PIX-X', '321'],
      ['pix-y', '0'],
      ['charset', 'utf-8'],
      ['__proto__', 'x'],
      ['Quality', '101'],
    ],
  })
})

test('text to the same text without a charset is MISSINGPARAMETERS, as in RFC 5259 §9; by default it is UTF-8', () => {
  const missing = { code: 'MISSINGPARAMETERS', from: 'text/plain', to: 'text/plain', names: ['charset'] }
  assert.deepEqual(refusal('text/plain', 'text/plain'), missing)
  assert.equal(plan('text/plain', null).parameters.get('charset'), 'utf-8')
  assert.equal(plan('text/plain', 'text/plain', ['FORMAT', 'Flowed']).parameters.get('format'), 'flowed')
})

test('unknown-character-replacement is limited to 4 octets (RFC 5259 §9)', () => {
  const parameters = (text: string): ConversionParameter[] => [
    ['charset', 'us-ascii'],
    ['UNKNOWN-CHARACTER-REPLACEMENT', text],
  ]
  assert.deepEqual(refusal('text/html', 'text/plain', ...parameters('<badchar>')), {
    code: 'BADPARAMETERS',
    from: 'text/html',
    to: 'text/plain',
    parameters: [['UNKNOWN-CHARACTER-REPLACEMENT', '<badchar>']],
  })
  plan('text/html', 'text/plain', ...parameters('????'))
  plan('text/html', 'text/plain', ...parameters(''))
  assert.equal(refusal('text/html', 'text/plain', ...parameters('?????')).code, 'BADPARAMETERS')
  assert.equal(refusal('text/html', 'text/plain', ...parameters('\r\n')).code, 'BADPARAMETERS')
})

test('sides are bounded at the limit and not before', () => {
  assert.equal(plan('image/png', 'image/png', ['pix-x', String(limits.side)]).parameters.get('pix-x'), '8192')
  assert.equal(refusal('image/png', 'image/png', ['pix-x', String(limits.side + 1)]).code, 'BADPARAMETERS')
  for (const value of ['-1', '1e3', '0x10', ' 5', '', '99999999999']) {
    assert.equal(refusal('image/png', 'image/png', ['pix-x', value]).code, 'BADPARAMETERS')
  }
})

test('keys are the same for the same result, however it is asked for, and differ otherwise', () => {
  const key = (from: string, to: string | null, ...parameters: readonly ConversionParameter[]) =>
    plan(from, to, ...parameters).key
  assert.equal(
    key('image/png', 'IMAGE/JPEG', ['PIX-X', '0320'], ['pix-y', '9']),
    key('image/png', null, ['pix-y', '9'], ['pix-x', '320']),
  )
  assert.equal(
    key('text/plain;charset=UTF-8', null),
    key('text/plain;charset=utf-8;name=x', 'text/plain', ['charset', 'UTF-8']),
  )
  assert.notEqual(key('text/plain;charset=utf-8', null), key('text/plain;charset=utf-16', null))
  assert.notEqual(key('image/png', null), key('image/png', null, ['quality', '80']))
  assert.notEqual(key('image/png', 'image/webp'), key('image/png', 'image/jpeg'))
  assert.notEqual(
    key('text/html', null, ['unknown-character-replacement', '"]']),
    key('text/html', null, ['unknown-character-replacement', '"']),
  )
})

test('targets are those that take all parameters (RFC 5259 §8.4)', () => {
  const targets = (from: string, ...parameters: readonly ConversionParameter[]) =>
    registry.targets(mediaType(from), parameters).toSorted()
  assert.deepEqual(targets('text/html'), ['text/html', 'text/plain'])
  assert.deepEqual(targets('text/html', ['format', 'flowed']), ['text/plain'])
  assert.deepEqual(targets('application/pdf', ['charset', 'utf-8']), ['text/html', 'text/plain'])
  assert.deepEqual(targets('image/gif', ['colour', 'red']), [])
  assert.deepEqual(targets('x/y'), [])
})

test('types that some conversion gives or takes are recognized', () => {
  for (const type of ['text/plain', 'IMAGE/AVIF', 'application/pdf']) assert(registry.recognizes(type), type)
  assert(!registry.recognizes('image/x-nothing'))
})
