/** Tests that every implementation has (RFC 5228 §5). */
import { addressesOf, type SieveAddress } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { type Asking, extension, type FieldSource, type Test } from '../extension.ts'
import type { Machine } from '../machine.ts'
import type { Node } from '../program.ts'
import { type Given, number, type Rules, strings } from '../signature.ts'

/** Fields whose value is an address list, or nearly: the only ones that `address` may look at (RFC 5228 §5.1). */
const addressFields = new Set(
  [
    ['from', 'to', 'cc', 'bcc', 'sender', 'reply-to'],
    ['resent-from', 'resent-to', 'resent-cc', 'resent-bcc', 'resent-sender', 'resent-reply-to'],
    [
      'return-path',
      'delivered-to',
      'x-original-to',
      'original-recipient',
      'envelope-to',
      'x-envelope-to',
      'apparently-to',
    ],
    ['disposition-notification-to', 'return-receipt-to', 'errors-to', 'abuse-reports-to'],
    ['mail-followup-to', 'mail-reply-to', 'x-forwarded-to', 'x-delivered-to', 'approved', 'x-beenthere'],
  ].flat(),
)

/** A sentence about a field that the test must not look at, unless its tags say that it looks elsewhere; or null. */
function checkAddressField(name: string, { registry }: Rules, tags: Given): string | null {
  const elsewhere = registry.tags
    .get('address')
    ?.some(({ value: { tag, readsElsewhere } }) => readsElsewhere && tags[tag])
  return elsewhere === true ? null : judgeAddressField(name)
}

function judgeAddressField(name: string): string | null {
  return addressFields.has(name.toLowerCase()) ? null : `The field "${name.slice(0, 60)}" holds no addresses.`
}

/** Addresses by the text of their field: thirty rules parse a field once. */
const parsed = { initial: () => new Map<string, readonly SieveAddress[]>() }

function addresses(field: string, machine: Machine): readonly SieveAddress[] {
  const known = machine.state(parsed)
  let found = known.get(field)
  if (found === undefined) {
    machine.chargeCharacters(field.length)
    found = addressesOf(field)
    known.set(field, found)
  }
  return found
}

function address(given: Arguments, machine: Machine): boolean | Asking<boolean> {
  const names = given.texts('headerNames')
  const source = machine.source(given)
  if (source !== null) return addressOf(source, given, machine)
  for (const name of names) {
    const sentence = judgeAddressField(name)
    if (sentence !== null) machine.fail(sentence)
  }
  return matchesAddress(machine.fields(given, names, machine.message.rawHeader), given, machine)
}

function* addressOf(source: FieldSource, given: Arguments, machine: Machine): Asking<boolean> {
  const { values } = yield* source.values(given.texts('headerNames'), 'raw')
  return matchesAddress(values, given, machine)
}

function matchesAddress(fields: readonly string[], given: Arguments, machine: Machine): boolean {
  const part = given.choice('addressPart') ?? 'all'
  const values: string[] = []
  let count = 0
  for (const field of fields) {
    for (const found of addresses(field, machine)) {
      count++
      const value = machine.addressPart(part, found)
      if (value !== null) values.push(value)
    }
  }
  machine.chargeCharacters(8 * count)
  return machine.matches(given, values, given.texts('keys'), { count })
}

function header(given: Arguments, machine: Machine): boolean | Asking<boolean> {
  const source = machine.source(given)
  if (source !== null) return headerOf(source, given, machine)
  const values = machine.fields(given, given.texts('headerNames'), machine.message.header)
  return machine.matches(given, values, given.texts('keys'))
}

function* headerOf(source: FieldSource, given: Arguments, machine: Machine): Asking<boolean> {
  const { values, count = values.length } = yield* source.values(given.texts('headerNames'), 'decoded')
  return machine.matches(given, values, given.texts('keys'), { count })
}

function exists(given: Arguments, machine: Machine): boolean | Asking<boolean> {
  const source = machine.source(given)
  if (source !== null) return existsIn(source, given, machine)
  return given.texts('headerNames').every(name => {
    machine.charge(1)
    return machine.message.rawHeader(name).length > 0
  })
}

function* existsIn(source: FieldSource, given: Arguments, machine: Machine): Asking<boolean> {
  for (const name of given.texts('headerNames')) {
    machine.charge(1)
    if (!(yield* source.exists(name))) return false
  }
  return true
}

function size(given: Arguments, machine: Machine): boolean {
  const limit = given.number('limit')
  return given.choice('relation') === 'over' ? machine.message.octets > limit : machine.message.octets < limit
}

/**
 * The tests from left to right until one is what decides; it makes `result` the result, else that is the other. Scripts can
 * see that no more are evaluated (RFC 5229 §3.2, RFC 5463 §4).
 */
function until(decides: boolean, result: boolean): Test['run'] {
  function* asking(first: Asking<boolean>, rest: readonly Node[], machine: Machine): Asking<boolean> {
    if ((yield* first) === decides) return result
    for (const test of rest) if ((yield* machine.test(test)) === decides) return result
    return !result
  }
  return (given, machine) => {
    const { tests } = given
    for (let i = 0; i < tests.length; i++) {
      const truth = machine.truth(tests[i] as Node)
      if (typeof truth !== 'boolean') return asking(truth, tests.slice(i + 1), machine)
      if (truth === decides) return result
    }
    return !result
  }
}

const relation = 'relation'
const core: Readonly<Record<string, Test>> = {
  address: {
    matching: true,
    addressPart: true,
    positionals: [strings('headerNames', { check: checkAddressField }), strings('keys')],
    run: address,
  },
  allof: { tests: 'list', run: until(false, false) },
  anyof: { tests: 'list', run: until(true, true) },
  exists: { positionals: [strings('headerNames')], run: exists },
  false: { run: () => false },
  header: { matching: true, positionals: [strings('headerNames'), strings('keys')], run: header },
  not: { tests: 'one', run: until(true, false) },
  size: {
    tags: [
      { tag: 'over', group: relation },
      { tag: 'under', group: relation },
    ],
    requiredGroup: relation,
    positionals: [number('limit')],
    run: size,
  },
  true: { run: () => true },
}

export const tests = extension({ capabilities: [], always: true, rfc: 5228, tests: core })
