/** The envelope test (RFC 5228 §5.4). */
import { envelopeAddress } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { isEnabled } from '../registry.ts'
import { type Rules, strings } from '../signature.ts'

function envelope(given: Arguments, machine: Machine): boolean {
  const part = given.choice('addressPart') ?? 'all'
  const values: string[] = []
  let count = 0
  for (const name of given.texts('envelopeParts')) {
    const from = machine.registry.envelopeParts.get(name.toLowerCase())?.value
    if (from === undefined) machine.fail(`There is no envelope part "${name.slice(0, 60)}".`)
    for (const path of from.of(machine.envelope)) {
      if (path === '') {
        // The null reverse-path is the empty string whatever part is asked for, and is nobody to be counted.
        values.push('')
        continue
      }
      count++
      const value = machine.addressPart(part, envelopeAddress(path))
      if (value !== null) values.push(value)
    }
  }
  return machine.matches(given, values, given.texts('keys'), { count })
}

/** A sentence about what is no envelope part that the script may name, or null. */
function judgePart(name: string, { registry, required }: Rules): string | null {
  if (!required.has('envelope')) return null
  const row = registry.envelopeParts.get(name.toLowerCase())
  return row !== undefined && isEnabled(row.owner, required)
    ? null
    : `There is no envelope part "${name.slice(0, 60)}".`
}

export const envelopeTest = extension({
  capabilities: ['envelope'],
  rfc: 5228,
  envelopeParts: {
    from: { of: ({ from }) => [from] },
    to: { of: ({ to }) => [to] },
  },
  tests: {
    envelope: {
      matching: true,
      addressPart: true,
      positionals: [strings('envelopeParts', { check: judgePart }), strings('keys')],
      run: envelope,
    },
  },
})
