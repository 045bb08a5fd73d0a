/** environment (RFC 5183): what is known of where a script runs. Which items there are is the host's business. */
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { string, strings } from '../signature.ts'

function environment(given: Arguments, machine: Machine): boolean {
  const { environment: items } = machine.site
  const name = given.text('item').toLowerCase()
  const item = Object.hasOwn(items, name) ? items[name] : undefined
  // One that nobody knows matches nothing, not even the empty string (RFC 5183 §4).
  if (item === undefined) return false
  return machine.matches(given, [item], given.texts('keys'), { count: item === '' ? 0 : 1 })
}

export const environmentTest = extension({
  capabilities: ['environment'],
  rfc: 5183,
  tests: { environment: { matching: true, positionals: [string('item'), strings('keys')], run: environment } },
})
