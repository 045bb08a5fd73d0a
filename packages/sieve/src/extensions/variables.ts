/** Variables (RFC 5229): references in strings, `set` with its modifiers, the `string` test, match variables. */
import type { Arguments } from '../arguments.ts'
import { BadText, type Command, extension, type Modifier } from '../extension.ts'
import type { Machine } from '../machine.ts'
import type { Template } from '../program.ts'
import { modifierGroup, string, strings } from '../signature.ts'

/** The highest match variable (RFC 5229 §6 asks for 9). */
const matchVariables = 99

/** What a running script remembers; names are in lower case. */
const memory = {
  initial: (): { readonly values: Map<string, string>; captures: readonly string[] } => ({
    values: new Map(),
    captures: [],
  }),
}

/**
 * variable-ref = "${" [namespace] variable-name "}"; namespace = identifier "." *sub-namespace;
 * sub-namespace = variable-name "."; variable-name = num-variable / identifier
 */
const reference = /\$\{((?:[a-z_][a-z0-9_]*\.(?:(?:[0-9]+|[a-z_][a-z0-9_]*)\.)*)?)([0-9]+|[a-z_][a-z0-9_]*)\}/gi

function templateOf(text: string): string | Template {
  if (!text.includes('${')) return text
  const pieces: (string | { of: string; reference: string })[] = []
  let end = 0
  for (const found of text.matchAll(reference)) {
    const [whole, namespace = '', name = ''] = found
    if (namespace !== '') throw new BadText(`There is no namespace "${namespace.slice(0, -1)}" of variables here.`)
    if (found.index > end) pieces.push(text.slice(end, found.index))
    pieces.push({ of: 'variables', reference: /^\d/.test(name) ? matchVariable(name) : name.toLowerCase() })
    end = found.index + whole.length
  }
  if (end === 0) return text
  if (end < text.length) pieces.push(text.slice(end))
  return { template: pieces }
}

function matchVariable(digits: string): string {
  const index = Number(digits)
  if (index > matchVariables) throw new BadText(`Match variables end at \${${matchVariables}}.`)
  return String(index)
}

/** Null, or a sentence about what is no name of a variable that a script may set. */
export function judgeVariable(name: string): string | null {
  if (/^[a-z_][a-z0-9_]*$/i.test(name)) return null
  if (/^\d+$/.test(name)) return 'A match variable cannot be set.'
  return 'This is no name of a variable: letters, digits and "_", and no digit first.'
}

/** The value of a variable; '' for one that has never been set. */
export function variable(machine: Machine, name: string): string {
  return machine.state(memory).values.get(name.toLowerCase()) ?? ''
}

/** Sets a variable; what is too long is cut, which must not be an error (RFC 5229 §6). */
export function setVariable(machine: Machine, name: string, value: string): void {
  const { values } = machine.state(memory)
  const key = name.toLowerCase()
  if (!values.has(key) && values.size >= machine.limits.variables) {
    machine.fail(`The script sets more than ${machine.limits.variables} variables.`)
  }
  const limit = machine.limits.variableCharacters
  values.set(key, value.length <= limit ? value : value.slice(0, limit).replace(/[\ud800-\udbff]$/, ''))
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
    let value = given.text('value')
    machine.chargeCharacters(value.length)
    for (const modifier of chosenModifiers(given, machine)) value = modifier.of(value)
    setVariable(machine, given.text('name'), value)
  },
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
    const { values, captures } = machine.state(memory)
    return (/^\d/.test(name) ? captures[Number(name)] : values.get(name)) ?? ''
  },
  matched(captures, machine) {
    machine.state(memory).captures = captures.slice(0, matchVariables + 1)
  },
})
