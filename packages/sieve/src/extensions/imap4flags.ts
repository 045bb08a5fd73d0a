/** Flags of the stored message (RFC 5232): setflag, addflag, removeflag, hasflag, and :flags on keep and fileinto. */
import type { Arguments } from '../arguments.ts'
import { type Command, extension, type Test } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { type Argument, type Rules, string, strings } from '../signature.ts'
import type { Act } from '../step.ts'
import { judgeVariable, setVariable, variable } from './variables.ts'

/** The internal variable, which all acts take their flags from unless told otherwise. */
const internal = { initial: (): { flags: readonly string[] | null } => ({ flags: null }) }

/** Nothing at delivery; those of the message where it is in a mailbox already (RFC 6785 §2.2.3). */
function internalFlags(machine: Machine): readonly string[] {
  return machine.state(internal).flags ?? machine.site.event?.flags ?? []
}

/** The flags that a message may be given when it is stored, as RFC 3501 §2.3.2 spells them; \Recent is none of them. */
const systemFlags = new Map(
  ['\\Answered', '\\Deleted', '\\Draft', '\\Flagged', '\\Seen'].map(flag => [flag.toLowerCase(), flag]),
)

/** flag-keyword = atom (RFC 3501 §9) */
const keyword = /^[!#-$&-'+-[^-z|}~]+$/

/** The valid ones of the flags in some lists, each once; others must be ignored (RFC 5232 §2). */
export function flagsOf(lists: readonly string[], machine: Machine): readonly string[] {
  const flags = new Map<string, string>()
  for (const list of lists) {
    machine.chargeCharacters(list.length)
    for (const word of list.split(' ')) {
      const key = word.toLowerCase()
      const flag = systemFlags.get(key) ?? (keyword.test(word) ? word : null)
      if (flag !== null && !flags.has(key) && flags.size < machine.limits.flags) flags.set(key, flag)
    }
  }
  return [...flags.values()]
}

function current(name: string | null, machine: Machine): readonly string[] {
  return name === null ? internalFlags(machine) : flagsOf([variable(machine, name)], machine)
}

type Change = (old: readonly string[], given: readonly string[], machine: Machine) => readonly string[]

const add: Change = (old, given, machine) => flagsOf([...old, ...given], machine)
const remove: Change = (old, given) => {
  const gone = new Set(given.map(flag => flag.toLowerCase()))
  return old.filter(flag => !gone.has(flag.toLowerCase()))
}

const flagList: Argument = strings('flags')

/** Only where there are variables may a flag list have a name (RFC 5232 §3). */
function judgeFlagVariable(name: string, rules: Rules): string | null {
  return rules.required.has('variables')
    ? judgeVariable(name, rules)
    : 'Flag lists with a name need require "variables";'
}

function changing(change: Change): Command {
  return {
    positionals: [string('variable', { optional: true, constant: true, check: judgeFlagVariable }), flagList],
    run(given, machine) {
      const name = given.has('variable') ? given.text('variable') : null
      const flags = change(current(name, machine), flagsOf(given.texts('flags'), machine), machine)
      if (name === null) machine.state(internal).flags = flags
      else setVariable(machine, name, flags.join(' '))
    },
  }
}

const hasflag: Test = {
  matching: true,
  positionals: [strings('variables', { optional: true, check: judgeFlagVariable }), flagList],
  run(given, machine) {
    const names = given.has('variables') ? given.texts('variables') : [null]
    const values = names.flatMap(name => current(name, machine))
    // A list in one string is a list of strings; what is no flag may still be a pattern or a number.
    const keys = given.texts('flags').flatMap(list => list.split(' ').filter(word => word !== ''))
    return machine.matches(given, values, keys)
  },
}

/** Every act that stores the message says with which flags; the last one's count where two store it in one place. */
function withFlags(act: Act, given: Arguments, machine: Machine): Act {
  if (act.do !== 'keep' && act.do !== 'fileinto') return act
  const flags = given.has('flags') ? flagsOf(given.texts('flags'), machine) : internalFlags(machine)
  return { ...act, flags }
}

export const imap4flags = extension({
  capabilities: ['imap4flags'],
  rfc: 5232,
  commands: {
    setflag: changing((_, given) => given),
    addflag: changing(add),
    removeflag: changing(remove),
  },
  tests: { hasflag },
  tags: [
    { tag: 'flags', argument: flagList, on: ['keep', 'fileinto'] },
    { tag: 'flags', argument: flagList, needs: 'fcc', on: ['vacation', 'notify'] },
  ],
  act: withFlags,
})
