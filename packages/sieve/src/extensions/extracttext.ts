/** extracttext (RFC 5703 §7): the text of the part that a loop is at, as a variable. */
import { decodeText, type Part, parameter } from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import { partAt } from '../edition.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { number, string } from '../signature.ts'
import { bodyOf } from './body.ts'
import { checkInLoop, currentPath, isInLoop } from './foreverypart.ts'
import { judgeVariable, modified, setVariable } from './variables.ts'

function* extract(given: Arguments, machine: Machine): Asking<void> {
  const part = isInLoop(machine) ? partAt(machine.message.structure, currentPath(machine)) : null
  const text = part === null ? '' : yield* textOf(part, machine)
  const first = given.has('first') ? given.number('first') : null
  const value = first === null || text.length <= first ? text : [...text.slice(0, 2 * first)].slice(0, first).join('')
  setVariable(machine, given.text('name'), modified(value, given, machine))
}

/** Empty for what is no text, and for text whose encoding or charset is unknown or broken. */
function* textOf(part: Part, machine: Machine): Asking<string> {
  if (part.type !== 'text') return ''
  const octets = yield* bodyOf(part, machine)
  const charset = parameter(part.params, 'charset') ?? 'us-ascii'
  return octets === null || !isSound(octets, charset) ? '' : (decodeText(octets, charset) ?? '')
}

/** False for octets that the charset has no characters for. The end may be missing: what may be read is bounded. */
function isSound(octets: Uint8Array, charset: string): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(octets, { stream: true })
    return true
  } catch (error) {
    // A charset that only `decodeText` knows has no broken texts.
    return error instanceof RangeError
  }
}

export const extracttext = extension({
  capabilities: ['extracttext'],
  rfc: 5703,
  commands: {
    extracttext: {
      modifiers: true,
      tags: [{ tag: 'first', argument: number('first') }],
      positionals: [string('name', { constant: true, check: judgeVariable })],
      checkPlace: checkInLoop,
      run: extract,
    },
  },
})
