/**
 * The body test (RFC 5173). `:text` looks at every text part, decoded, as `:content "text"` does. All that one run may
 * look at is bounded (§8): octets past `bodyOctets` are not seen, whatever part they are in.
 */
import {
  decodeText,
  isEncapsulatedMessage,
  isMultipart,
  type Part,
  parameter,
  TransferDecoder,
  UnknownEncoding,
} from '@lemonade/mime'
import type { Arguments } from '../arguments.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { strings } from '../signature.ts'
import { textOf } from '../text.ts'

/** What has been read of the body, so that thirty rules read it once. */
const memory = {
  initial: (): { octets: number } & Record<'parts' | 'raw', Map<Part, readonly string[]>> => ({
    octets: 0,
    parts: new Map(),
    raw: new Map(),
  }),
}

function* body(given: Arguments, machine: Machine): Asking<boolean> {
  const root = machine.message.structure
  if (root === null) machine.fail('The host does not show the body of the message.')
  if (!(yield* hasBody(root, machine))) return false
  const transform = given.choice('transform') ?? 'text'
  const values: string[] = []
  if (transform === 'raw') values.push(...(yield* remembered('raw', root, machine, () => raw(root, machine))))
  else {
    const types = transform === 'text' ? ['text'] : given.texts('contentTypes')
    for (const part of partsOf(root)) {
      machine.charge(1)
      if (types.some(type => matchesType(part, type))) {
        values.push(...(yield* remembered('parts', part, machine, () => stringsOf(part, machine))))
      }
    }
  }
  // Wildcards of this test must not set match variables (§6).
  return machine.matches(given, values, given.texts('keys'), { captures: false })
}

/** False for a header that no empty line follows: then no body test is true (§4). */
function* hasBody(root: Part, machine: Machine): Asking<boolean> {
  if (root.end > root.bodyStart) return true
  const header = textOf(yield* octetsOf(root.headerStart, root.bodyStart, machine, false))
  return /(?:^|\n)\r?\n$/.test(header)
}

function* remembered(
  form: 'parts' | 'raw',
  part: Part,
  machine: Machine,
  read: () => Asking<string[]>,
): Asking<readonly string[]> {
  const strings = machine.state(memory)[form]
  const known = strings.get(part)
  if (known !== undefined) return known
  const values = yield* read()
  strings.set(part, values)
  return values
}

function* raw(root: Part, machine: Machine): Asking<string[]> {
  return [textOf(yield* octetsOf(root.bodyStart, root.end, machine))]
}

/** Every part, containers too, in their order. */
function* partsOf(part: Part): Generator<Part> {
  yield part
  for (const inner of part.parts) yield* partsOf(inner)
}

/** "" is every type, "text" every subtype of it, "text/plain" only that; other slashes match nothing (§5.2). */
function matchesType(part: Part, wanted: string): boolean {
  if (wanted === '') return true
  const [type, subtype, ...more] = wanted.toLowerCase().split('/')
  if (type === '' || subtype === '' || more.length > 0) return false
  return part.type === type && (subtype === undefined || part.subtype === subtype)
}

/** What of a part is matched: of containers what is around their parts, of others all, decoded (§5.2). */
function* stringsOf(part: Part, machine: Machine): Asking<string[]> {
  const first = part.parts[0]
  const last = part.parts.at(-1)
  if (first === undefined || last === undefined) return [yield* leaf(part, machine)]
  if (isEncapsulatedMessage(part)) {
    const header = textOf(yield* octetsOf(first.headerStart, first.bodyStart, machine))
    return [header.replace(/(^|\n)\r?\n$/, '$1')]
  }
  if (!isMultipart(part)) return []
  const before = textOf(yield* octetsOf(part.bodyStart, first.headerStart, machine))
  const after = textOf(yield* octetsOf(last.end, part.end, machine))
  // The first delimiter line ends the prologue, with the line break before it; the last one precedes the epilogue.
  return [before.replace(/(?:^|\r?\n)--[^\n]*\r?\n?$/, ''), after.replace(/^\r?\n?--[^\n]*(?:\n|$)/, '')]
}

/** The body of a part without its transfer encoding, as far as a run may look at it; null for one that is not known. */
export function* bodyOf(part: Part, machine: Machine): Asking<Uint8Array | null> {
  return decoded(yield* octetsOf(part.bodyStart, part.end, machine), part.encoding)
}

function* leaf(part: Part, machine: Machine): Asking<string> {
  const raw = yield* octetsOf(part.bodyStart, part.end, machine)
  // What cannot be decoded is taken as it is.
  const octets = decoded(raw, part.encoding) ?? raw
  const text = part.type === 'text' ? decodeText(octets, parameter(part.params, 'charset') ?? 'us-ascii') : null
  return text ?? textOf(octets)
}

function decoded(octets: Uint8Array, encoding: string): Uint8Array | null {
  try {
    const decoder = new TransferDecoder(encoding)
    return Buffer.concat([decoder.write(octets), decoder.end()])
  } catch (error) {
    if (error instanceof UnknownEncoding) return null
    throw error
  }
}

function* octetsOf(start: number, end: number, machine: Machine, counts = true): Asking<Uint8Array> {
  const state = machine.state(memory)
  const length = Math.max(0, Math.min(end - start, machine.limits.bodyOctets - state.octets))
  if (length === 0) return new Uint8Array()
  if (counts) state.octets += length
  machine.chargeCharacters(length)
  return yield* machine.octets(start, start + length)
}

const transform = 'transform'

export const bodyTest = extension({
  capabilities: ['body'],
  rfc: 5173,
  tests: {
    body: {
      matching: true,
      tags: [
        { tag: 'raw', group: transform },
        { tag: 'content', group: transform, argument: strings('contentTypes') },
        { tag: 'text', group: transform },
      ],
      positionals: [strings('keys')],
      run: body,
    },
  },
})
