/** The envelope test (RFC 5228 §5.4). */
import { envelopeAddress } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { isEnabled } from '../registry.ts'
import { type Judgement, type Rules, strings, Unavailable } from '../signature.ts'

function envelope(given: Arguments, machine: Machine): boolean {
  const part = given.choice('addressPart') ?? 'all'
  if (machine.site.event !== null) machine.fail('A message that is in a mailbox already has no envelope.')
  const values: string[] = []
  let count = 0
  for (const name of given.texts('envelopeParts')) {
    const row = machine.registry.envelopeParts.get(name.toLowerCase())
    if (row === undefined || !machine.isEnabled(row.owner)) {
      machine.fail(`There is no envelope part "${name.slice(0, 60)}".`)
    }
    const found = row.value.of(machine.envelope, given, machine)
    if (row.value.isPlain === true) {
      if (given.choice('addressPart') !== null) machine.fail(partless(name))
      values.push(...found)
      count += found.length
      continue
    }
    for (const path of found) {
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

const partless = (name: string) =>
  `The envelope part "${name.slice(0, 60)}" holds no address of which there could be a part.`

/** What is no envelope part that the script may name. */
function judgePart(name: string, { registry, required, deferred }: Rules): Judgement {
  if (!required.has('envelope') && !deferred) return null
  const row = registry.envelopeParts.get(name.toLowerCase())
  if (row !== undefined && (deferred || isEnabled(row.owner, required))) return null
  return new Unavailable(`There is no envelope part "${name.slice(0, 60)}".`)
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
      check({ addressPart, envelopeParts }, { registry }) {
        if (addressPart === undefined || !Array.isArray(envelopeParts)) return null
        const isPlain = (name: unknown) =>
          typeof name === 'string' && registry.envelopeParts.get(name.toLowerCase())?.value.isPlain === true
        const wrong = envelopeParts.find(isPlain)
        return typeof wrong === 'string' ? partless(wrong) : null
      },
      run: envelope,
    },
  },
})
