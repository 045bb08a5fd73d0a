/** :mime and :anychild on header, address and exists, and what :mime takes with it (RFC 5703 §4). */
import { decodeWords, type Part, parseParameters } from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import { partAt } from '../edition.ts'
import { type Asking, extension, type FieldSource, type FieldValues } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { messageOf, type SieveMessage } from '../message.ts'
import { strings } from '../signature.ts'
import { currentPath } from './foreverypart.ts'

type View = Pick<SieveMessage, 'header' | 'rawHeader'>

/** Headers of parts that were read. */
const memory = { initial: () => new Map<Part, View>() }

function source(given: Arguments, machine: Machine): FieldSource | null {
  if (!given.has('mime')) return null
  const root = machine.message.structure
  const current = partAt(root, currentPath(machine)) ?? machine.fail('The host does not show the parts of the message.')
  const parts = given.has('anychild') ? withDescendants(current) : [current]
  return {
    *values(names, form) {
      const found: FieldValues[] = []
      for (const part of parts) {
        const view = yield* headerOf(part, machine)
        found.push(valuesOf(view, names, form, given, machine))
      }
      return {
        values: found.flatMap(({ values }) => values),
        count: found.reduce((sum, { values, count = values.length }) => sum + count, 0),
      }
    },
    *exists(name) {
      for (const part of parts) {
        machine.charge(1)
        if ((yield* headerOf(part, machine)).rawHeader(name).length > 0) return true
      }
      return false
    },
  }
}

function withDescendants(part: Part): readonly Part[] {
  return [part, ...part.parts.flatMap(withDescendants)]
}

/** The header of a part; of the message itself, as it is now. */
function* headerOf(part: Part, machine: Machine): Asking<View> {
  if (part === machine.message.structure) return machine.message
  const known = machine.state(memory)
  let view = known.get(part)
  if (view === undefined) {
    machine.charge(10)
    machine.chargeCharacters(8 * (part.bodyStart - part.headerStart))
    view = messageOf(yield* machine.octets(part.headerStart, part.bodyStart), 0)
    known.set(part, view)
  }
  return view
}

function valuesOf(
  view: View,
  names: readonly string[],
  form: 'decoded' | 'raw',
  given: Arguments,
  machine: Machine,
): FieldValues {
  const option = given.choice('mimeOption')
  if (option === null) {
    return { values: machine.fields(given, names, form === 'raw' ? view.rawHeader : view.header) }
  }
  return {
    values: names.flatMap(name =>
      machine
        .fields(given, [name], view.rawHeader)
        .flatMap(field => (option === 'param' ? parameters(field, given) : (mediaType(name, field, option) ?? []))),
    ),
  }
}

function parameters(field: string, given: Arguments): readonly string[] {
  const wanted = given.texts('parameterNames').map(name => name.toLowerCase())
  return parseParameters(field)
    .params.filter(([name]) => wanted.includes(name))
    .map(([, value]) => decodeWords(value))
}

/** What an option makes of a field; null where it cannot be read, '' where it has no such part (§4.1). */
function mediaType(name: string, field: string, option: string): string | null {
  const { value } = parseParameters(field)
  switch (name.toLowerCase()) {
    case 'content-type': {
      const [type, subtype, ...more] = value.split('/')
      if (type === undefined || type === '' || subtype === undefined || subtype === '' || more.length > 0) return null
      return option === 'type' ? type : option === 'subtype' ? subtype : value
    }
    case 'content-disposition':
      return option === 'subtype' ? '' : value === '' ? null : value
    default:
      return ''
  }
}

const group = 'mimeOption'
const needs = 'mime'

export const mime = extension({
  capabilities: ['mime'],
  rfc: 5703,
  tags: [
    { tag: 'mime', readsElsewhere: true, on: ['header', 'address', 'exists'] },
    { tag: 'anychild', needs, on: ['header', 'address', 'exists'] },
    { tag: 'type', group, needs, on: ['header'] },
    { tag: 'subtype', group, needs, on: ['header'] },
    { tag: 'contenttype', group, needs, on: ['header'] },
    { tag: 'param', group, needs, argument: strings('parameterNames'), on: ['header'] },
  ],
  source,
})
