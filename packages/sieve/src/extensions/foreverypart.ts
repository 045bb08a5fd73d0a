/** foreverypart and break (RFC 5703 §3). A loop knows its place by its way from the root, since edits move parts. */
import type { Arguments } from '../arguments.ts'
import { type PartPath, partAt } from '../edition.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { type Enclosing, type Given, string } from '../signature.ts'

interface Loop {
  readonly name: string | null
  /** The part whose children it walks through, with all that is below them; of the outermost loop, the message itself. */
  base: PartPath
  path: PartPath
  /** The current part was replaced: what it has now is for later loops (§5). */
  isReplaced: boolean
}

/** The loops under way, the innermost last. */
const memory = { initial: (): Loop[] => [] }

/** Where the part is that the innermost loop is at; the message itself outside of loops. */
export function currentPath(machine: Machine): PartPath {
  return machine.state(memory).at(-1)?.path ?? []
}

export function isInLoop(machine: Machine): boolean {
  return machine.state(memory).length > 0
}

/** Loops do not walk through what has taken a part's place. */
export function noteReplaced(machine: Machine, path: PartPath): void {
  for (const loop of machine.state(memory)) {
    if (loop.path.length === path.length && loop.path.every((index, at) => index === path[at])) loop.isReplaced = true
  }
}

/** Loops go on where they were, though that is now inside of another message. */
export function noteEnclosed(machine: Machine, path: PartPath): void {
  for (const loop of machine.state(memory)) {
    loop.base = [...path, ...loop.base]
    loop.path = [...path, ...loop.path]
  }
}

function* foreverypart(given: Arguments, machine: Machine): Asking<void> {
  if (machine.message.structure === null) machine.fail('The host does not show the parts of the message.')
  const loops = machine.state(memory)
  const outer = loops.at(-1)?.path ?? null
  const name = given.has('name') ? given.text('name') : null
  const loop: Loop = { name, base: outer ?? [], path: outer === null ? [] : [...outer, 0], isReplaced: false }
  loops.push(loop)
  try {
    while (partAt(machine.message.structure, loop.path) !== null) {
      machine.charge(1)
      loop.isReplaced = false
      yield* machine.block(given.block)
      if (machine.hasLeft(loop) || machine.isEnding || !advance(loop, machine)) return
    }
  } finally {
    loops.pop()
  }
}

/** Goes to the next part, depth first; false behind the last one. */
function advance(loop: Loop, machine: Machine): boolean {
  const root = machine.message.structure
  const inner = [...loop.path, 0]
  if (!loop.isReplaced && partAt(root, inner) !== null) {
    loop.path = inner
    return true
  }
  for (let path = loop.path; path.length > loop.base.length; path = path.slice(0, -1)) {
    const next = [...path.slice(0, -1), (path.at(-1) as number) + 1]
    if (partAt(root, next) === null) continue
    loop.path = next
    return true
  }
  return false
}

function leave(given: Arguments, machine: Machine): void {
  const name = given.has('name') ? given.text('name') : null
  const loop = machine.state(memory).findLast(each => name === null || each.name === name)
  if (loop === undefined) machine.fail('No loop is under way that "break" could end.')
  machine.leave(loop)
}

/** A sentence about a command that stands in no loop, or null. */
export function checkInLoop(_: Given, enclosing: readonly Enclosing[]): string | null {
  return enclosing.some(({ name }) => name === 'foreverypart') ? null : 'This must stand inside of "foreverypart".'
}

function checkBreak(given: Given, enclosing: readonly Enclosing[]): string | null {
  const name = given['name']
  if (name === undefined) return checkInLoop(given, enclosing)
  const isThere = enclosing.some(each => each.name === 'foreverypart' && each.arguments['name'] === name)
  return isThere ? null : 'No "foreverypart" around this has that name.'
}

const tags = [{ tag: 'name', argument: string('name', { constant: true }) }]

export const foreverypartExtension = extension({
  capabilities: ['foreverypart'],
  rfc: 5703,
  commands: {
    foreverypart: { tags, block: true, run: foreverypart },
    break: { tags, checkPlace: checkBreak, run: leave },
  },
})
