/** Variables (RFC 5229): references in strings, `set` with its modifiers, the `string` test, match variables. */
import type { Arguments } from '../arguments.ts'
import { BadText, type Command, extension, type Modifier, type Namespace } from '../extension.ts'
import type { Machine } from '../machine.ts'
import type { Template } from '../program.ts'
import { isEnabled } from '../registry.ts'
import { modifierGroup, type Rules, string, strings } from '../signature.ts'

/** The highest match variable (RFC 5229 §6 asks for 9). */
const matchVariables = 99

type Values = Map<string, string>

/** What a running script remembers; names are in lower case. Each script has its own (RFC 6609 §3.4). */
const memory = {
  initial: (): { readonly values: Values; readonly shared: Set<string>; captures: readonly string[] } => ({
    values: new Map(),
    shared: new Set(),
    captures: [],
  }),
}

/** What all scripts of a run share (RFC 6609 §3.4). */
const sharedMemory = { initial: (): Values => new Map() }

/**
 * variable-ref = "${" [namespace] variable-name "}"; namespace = identifier "." *sub-namespace;
 * sub-namespace = variable-name "."; variable-name = num-variable / identifier
 */
const reference = /\$\{((?:[a-z_][a-z0-9_]*\.(?:(?:[0-9]+|[a-z_][a-z0-9_]*)\.)*)?)([0-9]+|[a-z_][a-z0-9_]*)\}/gi

function templateOf(text: string, rules: Rules): string | Template {
  if (!text.includes('${')) return text
  const pieces: (string | { of: string; reference: string })[] = []
  let end = 0
  for (const found of text.matchAll(reference)) {
    const [whole, namespace = '', name = ''] = found
    if (found.index > end) pieces.push(text.slice(end, found.index))
    pieces.push({ of: 'variables', reference: namespace === '' ? plainName(name) : named(namespace + name, rules) })
    end = found.index + whole.length
  }
  if (end === 0) return text
  if (end < text.length) pieces.push(text.slice(end))
  return { template: pieces }
}

function plainName(name: string): string {
  if (!/^\d/.test(name)) return name.toLowerCase()
  const index = Number(name)
  if (index > matchVariables) throw new BadText(`Match variables end at \${${matchVariables}}.`)
  return String(index)
}

function named(name: string, rules: Rules): string {
  const sentence = judgeNamed(name, rules)
  if (sentence !== null) throw new BadText(sentence)
  return name.toLowerCase()
}

/** A sentence about a name with a namespace that is not there or not the script's to use, or null. */
function judgeNamed(name: string, { registry, required, deferred }: Rules): string | null {
  const { namespace, rest } = parted(name)
  const row = registry.namespaces.get(namespace)
  if (row === undefined) return `There is no namespace "${namespace}" of variables here.`
  if (!deferred && !isEnabled(row.owner, required)) {
    return `The namespace "${namespace}" of variables needs require "${row.owner.capabilities[0]}"; at the top of the script.`
  }
  return row.value.check(rest)
}

function parted(name: string): { readonly namespace: string; readonly rest: string } {
  const dot = name.indexOf('.')
  return { namespace: name.slice(0, dot).toLowerCase(), rest: name.slice(dot + 1).toLowerCase() }
}

/** The namespace that a name with a dot is in, while the script may use it. */
function namespaceOf(name: string, machine: Machine): { readonly namespace: Namespace; readonly rest: string } {
  const { namespace, rest } = parted(name)
  const row = machine.registry.namespaces.get(namespace)
  if (row === undefined || !machine.isEnabled(row.owner)) {
    machine.fail(`There is no namespace "${namespace}" of variables here.`)
  }
  return { namespace: row.value, rest }
}

/** Null, or a sentence about what is no name of a variable that a script may set. */
export function judgeVariable(name: string, rules: Rules): string | null {
  if (/^[a-z_][a-z0-9_]*$/i.test(name)) return null
  if (/^\d+$/.test(name)) return 'A match variable cannot be set.'
  if (/^[a-z_][a-z0-9_]*\./i.test(name)) {
    const unsettable = `The variables of the namespace "${parted(name).namespace}" cannot be set.`
    const isSettable = rules.registry.namespaces.get(parted(name).namespace)?.value.set !== undefined
    return judgeNamed(name, rules) ?? (isSettable ? null : unsettable)
  }
  return 'This is no name of a variable: letters, digits and "_", and no digit first.'
}

/** Where a variable of the script under way has its value. */
function valuesOf(machine: Machine, key: string): Values {
  const { values, shared } = machine.scriptState(memory)
  return shared.has(key) ? machine.state(sharedMemory) : values
}

/** The value of a variable; '' for one that has never been set. */
export function variable(machine: Machine, name: string): string {
  if (name.includes('.')) {
    const { namespace, rest } = namespaceOf(name, machine)
    return namespace.get(rest, machine)
  }
  const key = name.toLowerCase()
  return valuesOf(machine, key).get(key) ?? ''
}

/** Sets a variable; what is too long is cut, which must not be an error (RFC 5229 §6). */
export function setVariable(machine: Machine, name: string, value: string): void {
  if (name.includes('.')) {
    const { namespace, rest } = namespaceOf(name, machine)
    namespace.set?.(rest, value, machine)
    return
  }
  const key = name.toLowerCase()
  setIn(valuesOf(machine, key), key, value, machine)
}

function setIn(values: Values, key: string, value: string, machine: Machine): void {
  if (!values.has(key) && values.size >= machine.limits.variables) {
    machine.fail(`The script sets more than ${machine.limits.variables} variables.`)
  }
  const limit = machine.limits.variableCharacters
  values.set(key, value.length <= limit ? value : value.slice(0, limit).replace(/[\ud800-\udbff]$/, ''))
}

/** Lets a name of the script under way mean the variable that all scripts share. */
export function shareVariable(machine: Machine, name: string): void {
  const { values, shared } = machine.scriptState(memory)
  const key = name.toLowerCase()
  if (values.has(key)) machine.fail(`The variable "${key}" has been set before it was declared global.`)
  if (shared.size >= machine.limits.variables) {
    machine.fail(`The script declares more than ${machine.limits.variables} variables.`)
  }
  shared.add(key)
}

/** The variables that all scripts of a run share, as a namespace. */
export const sharedVariables: Namespace = {
  check: name => (/^[a-z_][a-z0-9_]*$/i.test(name) ? null : `"${name}" is no name of a variable that scripts share.`),
  get: (name, machine) => machine.state(sharedMemory).get(name) ?? '',
  set: (name, value, machine) => setIn(machine.state(sharedMemory), name, value, machine),
}

const modifiers: Readonly<Record<string, Modifier>> = {
  lower: { precedence: 40, of: text => text.replace(/[A-Z]+/g, letters => letters.toLowerCase()) },
  upper: { precedence: 40, of: text => text.replace(/[a-z]+/g, letters => letters.toUpperCase()) },
  lowerfirst: { precedence: 30, of: text => text.replace(/^[A-Z]/, letter => letter.toLowerCase()) },
  upperfirst: { precedence: 30, of: text => text.replace(/^[a-z]/, letter => letter.toUpperCase()) },
  quotewildcard: { precedence: 20, of: text => text.replace(/[*?\\]/g, '\\$&') },
  length: { precedence: 10, of: text => String([...text].length) },
}

const set: Command = {
  modifiers: true,
  positionals: [string('name', { constant: true, check: judgeVariable }), string('value')],
  run(given, machine) {
    setVariable(machine, given.text('name'), modified(given.text('value'), given, machine))
  },
}

/** A value as the modifiers that stand with a command make it (RFC 5229 §4.1). */
export function modified(value: string, given: Arguments, machine: Machine): string {
  machine.chargeCharacters(value.length)
  return chosenModifiers(given, machine).reduce((text, modifier) => modifier.of(text), value)
}

/** The modifiers that stand with a `set`, the one with the largest precedence first (RFC 5229 §4.1). */
function chosenModifiers(given: Arguments, machine: Machine): Modifier[] {
  return [...machine.registry.modifiers]
    .filter(([name, { value }]) => given.choice(modifierGroup(value)) === name)
    .map(([, { value }]) => value)
    .sort((a, b) => b.precedence - a.precedence)
}

function test(given: Arguments, machine: Machine): boolean {
  const values = given.texts('source')
  // For :count an empty string counts as none (RFC 5229 §5).
  const count = values.filter(value => value !== '').length
  return machine.matches(given, values, given.texts('keys'), { count })
}

export const variables = extension({
  capabilities: ['variables'],
  rfc: 5229,
  commands: { set },
  tests: { string: { matching: true, positionals: [strings('source'), strings('keys')], run: test } },
  modifiers,
  templateOf,
  resolve(name, machine) {
    if (/^\d/.test(name)) return machine.scriptState(memory).captures[Number(name)] ?? ''
    return variable(machine, name)
  },
  matched(captures, machine) {
    machine.scriptState(memory).captures = captures.slice(0, matchVariables + 1)
  },
})
