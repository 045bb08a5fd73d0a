/**
 * Core and extensions merged into tables. Two owners of one name are a programmer's mistake and throw at once.
 *
 * A capability of several extensions may not be: each word has one owner.
 */
import { core } from './core/index.ts'
import type { AddressPart, Command, EnvelopePart, Modifier, Namespace, SieveExtension, Test } from './extension.ts'
import type { Comparator, MatchType } from './match.ts'
import type { NotifyMethod } from './notify-methods/method.ts'
import type { Tag } from './signature.ts'

/** A row and who owns it. */
export interface Owned<T> {
  readonly value: T
  readonly owner: SieveExtension
}
type Table<T> = ReadonlyMap<string, Owned<T>>

export interface Registry {
  /** Core first, then the others in the order given. */
  readonly all: readonly SieveExtension[]
  readonly capabilities: ReadonlyMap<string, SieveExtension>
  readonly commands: Table<Command>
  readonly tests: Table<Test>
  readonly matchTypes: Table<MatchType>
  readonly addressParts: Table<AddressPart>
  readonly comparators: Table<Comparator>
  readonly envelopeParts: Table<EnvelopePart>
  readonly modifiers: Table<Modifier>
  readonly namespaces: Table<Namespace>
  readonly notifyMethods: Table<NotifyMethod>
  /** By the name of the command or test that they are attached to. */
  readonly tags: ReadonlyMap<string, readonly Owned<Tag>[]>
}

const known = new WeakMap<readonly SieveExtension[], Registry>()

/** The tables of a list of extensions; made once a list. */
export function registryOf(extensions: readonly SieveExtension[]): Registry {
  let registry = known.get(extensions)
  if (registry === undefined) {
    registry = makeRegistry([...core, ...extensions])
    known.set(extensions, registry)
  }
  return registry
}

function makeRegistry(all: readonly SieveExtension[]): Registry {
  const capabilities = new Map<string, SieveExtension>()
  const tags = new Map<string, Owned<Tag>[]>()
  for (const owner of all) {
    for (const word of owner.capabilities) {
      if (capabilities.has(word)) throw new Error(`Two extensions offer the capability "${word}".`)
      capabilities.set(word, owner)
    }
    for (const tag of owner.tags ?? []) {
      for (const name of tag.on) tags.set(name, [...(tags.get(name) ?? []), { value: tag, owner }])
    }
  }
  return {
    all,
    capabilities,
    tags,
    commands: table(all, 'command', e => e.commands),
    tests: table(all, 'test', e => e.tests),
    matchTypes: table(all, 'match type', e => e.matchTypes),
    addressParts: table(all, 'address part', e => e.addressParts),
    comparators: table(all, 'comparator', e => e.comparators),
    envelopeParts: table(all, 'envelope part', e => e.envelopeParts),
    modifiers: table(all, 'modifier', e => e.modifiers),
    namespaces: table(all, 'namespace', e => e.namespaces),
    notifyMethods: table(all, 'notification method', e => e.notifyMethods),
  }
}

function table<T>(
  all: readonly SieveExtension[],
  what: string,
  rows: (extension: SieveExtension) => Readonly<Record<string, T>> | undefined,
): Table<T> {
  const merged = new Map<string, Owned<T>>()
  for (const owner of all) {
    for (const [name, value] of Object.entries(rows(owner) ?? {})) {
      if (merged.has(name)) throw new Error(`Two extensions define the ${what} "${name}".`)
      merged.set(name, { value, owner })
    }
  }
  return merged
}

/** True where a script with these `require`d words may use what the extension brings. */
export function isEnabled(owner: SieveExtension, required: ReadonlySet<string>): boolean {
  return owner.always === true || owner.capabilities.some(word => required.has(word))
}

/** True for one that says what a script's strings mean: `ihave` must not bring it in (RFC 5463 §4). */
export function changesText(extension: SieveExtension): boolean {
  return (extension.decodeText ?? extension.templateOf) !== undefined
}
