/** duplicate (RFC 7352): has a message, or anything that a script can name, been seen before? */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { number, string } from '../signature.ts'

const defaultSeconds = 7 * 24 * 60 * 60

/** What was answered in this run: the same question has the same answer, whatever else is delivered meanwhile. */
const answered = { initial: () => new Map<string, boolean>() }

/** The field by which a message is known unless the script says otherwise. */
const messageId = 'Message-ID'

/** The unique ID; null where the message has none, which is no error (RFC 7352 §3.1). */
function uniqueId(given: Arguments, machine: Machine): string | null {
  if (given.has('uniqueId')) return given.text('uniqueId')
  const field = given.has('headerName') ? given.text('headerName') : messageId
  machine.charge(1)
  // An empty field identifies nothing: messages that have one are not the same.
  return machine.message.header(field)[0] || null
}

function* duplicate(given: Arguments, machine: Machine): Asking<boolean> {
  const id = uniqueId(given, machine)
  const seconds = Math.min(
    given.has('seconds') ? given.number('seconds') : defaultSeconds,
    machine.limits.memorySeconds,
  )
  if (id === null || seconds === 0) return false
  const handle = given.has('handle') ? given.text('handle') : ''
  machine.charge(10)
  machine.chargeCharacters(id.length + handle.length)
  const known = machine.state(answered)
  const key = JSON.stringify([handle, id])
  let answer = known.get(key)
  if (answer === undefined) {
    const said = yield { ask: 'duplicate', handle, id }
    if (typeof said !== 'boolean') machine.fail('The host does not say whether something has been seen before.')
    answer = said
    known.set(key, answer)
  }
  machine.remember(key, { handle, id, seconds, last: given.has('last') })
  return answer
}

export const duplicateTest = extension({
  capabilities: ['duplicate'],
  rfc: 7352,
  tests: {
    duplicate: {
      tags: [
        { tag: 'handle', argument: string('handle') },
        { tag: 'header', group: 'source', argument: string('headerName') },
        { tag: 'uniqueid', group: 'source', argument: string('uniqueId') },
        { tag: 'seconds', argument: number('seconds') },
        { tag: 'last' },
      ],
      run: duplicate,
    },
  },
})
