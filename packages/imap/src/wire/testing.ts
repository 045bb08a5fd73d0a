/** For tests: the three verdicts of a parser. Not part of the server. */
import assert from 'node:assert/strict'
import { Bad, Waits } from './bad.ts'
import { Parser } from './parser.ts'

export const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))
export const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8')

/** The production takes all of the text (or leaves `rest`) and makes this value of it. */
export function accepts<T>(parse: (p: Parser) => T, given: string, value: T, rest = ''): void {
  const p = new Parser(octets(given))
  assert.deepEqual(parse(p), value, given)
  assert.equal(text(p.rest()), rest, `what is left of ${given}`)
}

/** The text is a beginning. The cursor stands at the literal that has not come. */
export function waits(parse: (p: Parser) => unknown, given: string, at: number): void {
  const p = new Parser(octets(given))
  assert.throws(() => parse(p), Waits, given)
  assert.equal(p.at, at, `where the cursor stands in ${given}`)
}

/** The production refuses the text, or does not take all of it. */
export function refuses(
  parse: (p: Parser) => unknown,
  given: string,
  error: new (...args: never[]) => Error = Bad,
): void {
  const p = new Parser(octets(given))
  assert.throws(
    () => {
      parse(p)
      p.end()
    },
    error,
    given,
  )
}
