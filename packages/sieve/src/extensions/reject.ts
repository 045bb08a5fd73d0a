/** reject and ereject (RFC 5429). How a message is refused is the host's business; the act says how it should be. */
import type { Arguments } from '../arguments.ts'
import { type Command, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string } from '../signature.ts'
import type { Act } from '../step.ts'

function refusal(how: 'reject' | 'ereject'): Command {
  return {
    positionals: [string('reason')],
    run: (given, machine) =>
      machine.act({ do: 'reject', how, reason: given.text('reason').toWellFormed() }, given, true),
  }
}

/**
 * A message is delivered or refused, not both, and refused once (RFC 5429 §2.4). `discard` goes with everything
 * (RFC 5228 §4.4), and so does what the act of an extension from outside does.
 */
function exclusive(act: Act, _: Arguments, machine: Machine): Act {
  const isRefusal = act.do === 'reject'
  const delivers = act.do === 'keep' || act.do === 'fileinto' || act.do === 'redirect'
  for (const earlier of machine.acts) {
    if (earlier.do === 'reject') {
      if (isRefusal) machine.fail('A script must not reject a message twice.')
      if (delivers)
        machine.fail(`"${act.do}" must not follow "${earlier.how}": a message is either delivered or refused.`)
    } else if (isRefusal && (earlier.do === 'keep' || earlier.do === 'fileinto' || earlier.do === 'redirect')) {
      machine.fail(`"${act.how}" must not follow "${earlier.do}": a message is either delivered or refused.`)
    }
  }
  return act
}

export const reject = extension({
  capabilities: ['reject'],
  rfc: 5429,
  commands: { reject: refusal('reject') },
  act: exclusive,
})

export const ereject = extension({
  capabilities: ['ereject'],
  rfc: 5429,
  commands: { ereject: refusal('ereject') },
  act: exclusive,
})
