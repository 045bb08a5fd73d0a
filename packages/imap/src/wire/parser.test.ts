import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bad, Waits } from './bad.ts'
import { star } from './number-set.ts'
import { Parser } from './parser.ts'
import { accepts, octets, refuses, text, waits } from './testing.ts'

const astring = (p: Parser) => p.astring()
const atom = (p: Parser) => p.atom()
const quoted = (p: Parser) => p.quoted()
const string = (p: Parser) => p.string()
const nstring = (p: Parser) => p.nstring()
const tag = (p: Parser) => p.tag()
const number = (p: Parser) => p.number()
const nzNumber = (p: Parser) => p.nzNumber()
const number64 = (p: Parser) => p.number64()
const flag = (p: Parser) => p.flag()
const set = (p: Parser) => p.numberSet().ranges
const list = (p: Parser) => p.list(() => p.atom())

test('atoms and what is like them', () => {
  accepts(atom, 'INBOX rest', 'INBOX', ' rest')
  accepts(atom, '$Forwarded', '$Forwarded')
  accepts(atom, 'a]', 'a', ']')
  for (const bad of ['', ' a', '(', '"a"', '%', '*', '\\Seen', '{1}', 'é', '\u007f', '\t']) refuses(atom, bad)
  accepts(astring, 'a]b', 'a]b')
  accepts(astring, '"with space"', 'with space')
  accepts(astring, '{3}\r\na b', 'a b')
  accepts(astring, '{3+}\r\na b', 'a b')
  accepts(p => p.listMailbox(), 'a%b*]', 'a%b*]')
  accepts(tag, 'a001 ', 'a001', ' ')
  accepts(tag, 'a]', 'a]')
  for (const bad of ['+', '*', '', '"a"', '{1}']) refuses(tag, bad)
  refuses(tag, 'a+b')
  accepts(flag, '\\Seen', '\\Seen')
  accepts(flag, 'junk', 'junk')
  for (const bad of ['\\', '\\ Seen', '\\*']) refuses(flag, bad)
})

test('quoted strings', () => {
  accepts(quoted, '"" x', '', ' x')
  accepts(quoted, '"a \\"b\\" \\\\"', 'a "b" \\')
  accepts(quoted, '"Grüße"', 'Grüße')
  for (const bad of ['"', '"a', '"a\\', '"a\\n"', '"a\r\n"', '"a\u0000"', 'a']) refuses(quoted, bad)
  const p = new Parser(Uint8Array.of(0x22, 0xff, 0x22))
  assert.throws(() => p.quoted(), Bad)
})

test('literals, here and still to come', () => {
  accepts(string, '{0}\r\n', '')
  accepts(string, '{5}\r\na"(\r\n x', 'a"(\r\n', ' x')
  waits(string, '{5}', 0)
  waits(string, '{5}\r\nabc', 0)
  waits(p => [p.atom(), p.sp(), p.string()], 'a {5+}', 2)
  for (const bad of ['{', '{}', '{-1}', '{1', '{1++}\r\na', '{1}a', '{1}\na', '{4294967296}\r\n', '{1}\r\n\u0000']) {
    refuses(string, bad)
  }
  accepts(nstring, 'nil', null)
  accepts(nstring, '"NIL"', 'NIL')
  refuses(nstring, 'NILS')
})

test('numbers', () => {
  accepts(number, '0', 0)
  accepts(number, '4294967295', 4294967295)
  accepts(number, '007', 7)
  for (const bad of ['', '-1', '4294967296', 'x', '99999999999999999999999999']) refuses(number, bad)
  accepts(nzNumber, '1', 1)
  for (const bad of ['0', '00', '']) refuses(nzNumber, bad)
  accepts(number64, '12121231777', 12121231777)
  accepts(number64, '9223372036854775807', Number.MAX_SAFE_INTEGER)
  for (const bad of ['9223372036854775808', '', '-5']) refuses(number64, bad)
})

test('sets of numbers', () => {
  accepts(set, '2,4:7,9,12:*', [
    { first: 2, last: 2 },
    { first: 4, last: 7 },
    { first: 9, last: 9 },
    { first: 12, last: star },
  ])
  accepts(set, '*:4 ', [{ first: star, last: 4 }], ' ')
  for (const bad of ['0', '1:0', '0:*', '', ',1', '1,', '1:', ':1', '1::2', '1:2:3', '$', '4294967296'])
    refuses(set, bad)
  accepts(p => p.numberSet().mark, '1', undefined)
  assert.equal(new Parser(octets('$'), { setMarks: '$' }).numberSet().mark, '$')
})

test('a set may have as many ranges as its limit, and not one more', () => {
  assert.equal(new Parser(octets('1,3,5'), { setRanges: 3 }).numberSet().ranges.length, 3)
  assert.throws(() => new Parser(octets('1,3,5,7'), { setRanges: 3 }).numberSet(), Bad)
})

test('lists', () => {
  accepts(list, '()', [])
  accepts(list, '(a b c) d', ['a', 'b', 'c'], ' d')
  for (const bad of ['', '(', '(a', '(a ', '(a  b)', '( a)', '(a )', '(a(b))']) refuses(list, bad)
  refuses(p => p.list1(() => p.atom()), '()')
})

test('keywords in any case, and only whole', () => {
  accepts(p => p.word(), 'fetch 1', 'FETCH', ' 1')
  accepts(p => p.tryWord('NIL'), 'Nil', true)
  accepts(p => p.tryWord('NIL'), 'NILLY', false, 'NILLY')
  accepts(p => p.name(), 'body.peek[', 'BODY.PEEK', '[')
})

test('what any octets make of a string is a value, a wait or a refusal', () => {
  const alphabet = fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    '+',
    '1',
    '2',
    '\r\n',
    'a',
    ' ',
    '(',
    ')',
    'é',
    '\u0000',
    '*',
    ',',
    ':',
  )
  fc.assert(
    fc.property(
      fc.array(alphabet, { maxLength: 12 }),
      fc.constantFrom(astring, nstring, set, list, number64, flag),
      (words, parse) => {
        const p = new Parser(octets(words.join('')))
        try {
          parse(p)
        } catch (error) {
          assert.ok(error instanceof Bad || error instanceof Waits, String(error))
        }
        assert.ok(p.at <= octets(words.join('')).length)
      },
    ),
    { seed: 3501, numRuns: 3000 },
  )
})

test('quoted strings come back as they were', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter(s => !/[\0\r\n]/.test(s) && s.isWellFormed()),
      value => {
        accepts(quoted, `"${value.replace(/["\\]/g, '\\$&')}"`, value)
      },
    ),
    { seed: 3501, numRuns: 150 },
  )
})

test('a cursor can be moved on to what came later', () => {
  const p = new Parser(octets('a {3}'))
  p.atom()
  p.sp()
  assert.throws(() => p.string(), Waits)
  p.extend(octets('a {3}\r\nxyz b'))
  assert.equal(p.string(), 'xyz')
  p.resume(octets(' c'))
  assert.equal(text(p.rest()), ' c')
})
