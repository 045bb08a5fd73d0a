/** include, return and global (RFC 6609): scripts inside of scripts. `link` brings those that a program includes. */
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { includedKey, judgeScriptName } from '../script-name.ts'
import { string, strings } from '../signature.ts'
import { judgeVariable, sharedVariables, shareVariable } from './variables.ts'

/** Scripts by their keys: those that are under way, the outermost first, and all that have been. */
const inclusions = {
  initial: (): { readonly underWay: string[]; readonly seen: Set<string> } => ({ underWay: [], seen: new Set() }),
}

function inclusionsOf(machine: Machine) {
  const known = machine.state(inclusions)
  if (known.underWay.length === 0) {
    // The script that was run may be included by its name, which is an error, but for `:once`.
    const key = machine.program.name === undefined ? '' : includedKey('personal', machine.program.name)
    known.underWay.push(key)
    known.seen.add(key)
  }
  return known
}

function* include(given: Arguments, machine: Machine): Asking<void> {
  const name = given.text('script')
  const location = given.choice('location') === 'global' ? 'global' : 'personal'
  const key = includedKey(location, name)
  const { underWay, seen } = inclusionsOf(machine)
  machine.charge(10)
  if (given.has('once') && seen.has(key)) return
  if (underWay.includes(key)) machine.fail(`The script "${name}" includes itself.`)
  const found = machine.program.included?.[key]
  if (found === undefined) {
    if (given.has('optional')) return
    machine.fail(`There is no ${location} script "${name}" to include.`)
  }
  if ('problem' in found) machine.fail(`The script "${name}" cannot be included: ${found.problem}`)
  if (underWay.length >= machine.limits.includeDepth) {
    machine.fail(`Scripts include each other more than ${machine.limits.includeDepth} deep.`)
  }
  underWay.push(key)
  seen.add(key)
  yield* machine.include(found.program, name)
  underWay.pop()
}

export const includeScripts = extension({
  capabilities: ['include'],
  rfc: 6609,
  commands: {
    include: {
      tags: [
        { tag: 'personal', group: 'location' },
        { tag: 'global', group: 'location' },
        { tag: 'once' },
        { tag: 'optional' },
      ],
      positionals: [string('script', { constant: true, check: judgeScriptName })],
      run: include,
    },
    return: { run: (_, machine) => machine.return() },
    global: {
      positionals: [
        strings('names', {
          constant: true,
          check: (name, rules) =>
            name.includes('.') ? 'A variable is declared without a namespace.' : judgeVariable(name, rules),
        }),
      ],
      check: (_, { required }) =>
        required.has('variables') ? null : '"global" needs require "variables"; at the top of the script.',
      run(given, machine) {
        for (const name of given.texts('names')) shareVariable(machine, name)
      },
    },
  },
  namespaces: { global: sharedVariables },
})
