import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { baseSubject } from './index.ts'

describe('base subject (RFC 5256 §2.1)', () => {
  for (const [subject, base, isReplyOrForward] of [
    ['hello', 'hello', false],
    ['', '', false],
    ['  a \t\t b  ', 'a b', false],
    ['Re: hello', 'hello', true],
    ['RE : re:Fw: FWD: hello', 'hello', true],
    ['Re[2]: hello', 'hello', true],
    ['re [x] : hello', 'hello', true],
    ['[list] Re: hello', 'hello', true],
    ['[a][b] Re: [c] hello', 'hello', true],
    ['[list] hello', 'hello', false],
    ['[a] [b]', '[b]', false],
    ['[a]', '[a]', false],
    ['Re: [a]', '[a]', true],
    ['hello (fwd)', 'hello', true],
    ['hello (FWD) (fwd) ', 'hello', true],
    ['[fwd: hello]', 'hello', true],
    ['[Fwd: Re: [x] hello (fwd)]', 'hello', true],
    ['[fwd: [fwd: hello]]', 'hello', true],
    ['[fwd: hello', '[fwd: hello', false],
    ['[fwd: hello] there', 'there', false],
    ['Re:', '', true],
    ['Re: Re:', '', true],
    ['(fwd)', '', true],
    ['[fwd:]', '', true],
    ['Regarding: hello', 'Regarding: hello', false],
    ['re hello', 're hello', false],
    ['Re: hello re: there', 'hello re: there', true],
    ['[open Re: hello', '[open Re: hello', false],
    ['Aw: hello', 'Aw: hello', false],
    ['Re: grüße', 'grüße', true],
  ] as const)
    it(JSON.stringify(subject), () => assert.deepEqual(baseSubject(subject), { base, isReplyOrForward }))
})
