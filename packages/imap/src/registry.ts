/** Merges the base protocol and the extensions into the tables that shared code asks. */
import type {
  Announce,
  AppendData,
  AppendOption,
  Command,
  CreateParam,
  Enable,
  Extension,
  FetchModifier,
  Grammar,
  ListReturn,
  ListSelect,
  Meanwhile,
  MetadataRule,
  SelectParam,
  StatusItem,
  StoreItem,
  StoreModifier,
  StreamLayer,
} from './extension.ts'
import type { Session } from './session.ts'

type Named<K extends keyof Extension> = NonNullable<Extension[K]> extends Readonly<Record<string, infer V>> ? V : never
type Table<K extends keyof Extension> = ReadonlyMap<string, Named<K>>

/** A command as the dispatcher finds it: its row, and whether it is the form with UID. */
export interface Entry {
  readonly name: string
  readonly row: Command
  readonly byUid: boolean
}

export interface Announcer extends Announce {
  /** What must be enabled for it, or null. */
  readonly needs: string | null
}

export interface Tables {
  readonly extensions: readonly Extension[]
  readonly commands: ReadonlyMap<string, Entry>
  /** By name in upper case. */
  readonly enable: ReadonlyMap<string, Enable>
  readonly selectParams: ReadonlyMap<string, SelectParam>
  readonly createParams: ReadonlyMap<string, CreateParam>
  readonly appendData: ReadonlyMap<string, AppendData>
  readonly appendOptions: ReadonlyMap<string, AppendOption>
  readonly fetchItems: Table<'fetchItems'>
  readonly fetchModifiers: ReadonlyMap<string, FetchModifier>
  readonly storeItems: ReadonlyMap<string, StoreItem>
  readonly storeModifiers: ReadonlyMap<string, StoreModifier>
  readonly searchKeys: Table<'searchKeys'>
  readonly searchReturns: Table<'searchReturns'>
  readonly sortKeys: Table<'sortKeys'>
  readonly threadAlgorithms: Table<'threadAlgorithms'>
  readonly statusItems: ReadonlyMap<string, StatusItem>
  readonly listSelects: ReadonlyMap<string, ListSelect>
  readonly listReturns: ReadonlyMap<string, ListReturn>
  readonly urlFetchItems: Table<'urlFetchItems'>
  readonly streams: ReadonlyMap<string, () => StreamLayer>
  readonly savedSets: Table<'savedSets'>
  readonly grammar: Grammar
  /** Letters of rights that extensions add. */
  readonly rights: ReadonlySet<string>
  /** How texts are said; as they are where nobody has a say in it. */
  say(session: Session, text: string): string
  readonly meanwhile: readonly Meanwhile[]
  readonly metadataRules: readonly MetadataRule[]
  readonly announce: readonly Announcer[]
  readonly codes: ReadonlySet<string>
  /** Throws what keeps a command from being read any further. */
  admit(session: Session, command: string): void
  /** What this session may be told the server can do, in the order of the extensions. */
  capabilities(session: Session): readonly string[]
}

/** Throws where two extensions own one name. */
export function register(extensions: readonly Extension[]): Tables {
  return {
    extensions,
    commands: commandsOf(extensions),
    enable: enableOf(extensions),
    selectParams: merge(extensions, 'selectParams'),
    createParams: merge(extensions, 'createParams'),
    appendData: merge(extensions, 'appendData'),
    appendOptions: merge(extensions, 'appendOptions'),
    fetchItems: merge(extensions, 'fetchItems'),
    fetchModifiers: merge(extensions, 'fetchModifiers'),
    storeItems: merge(extensions, 'storeItems'),
    storeModifiers: merge(extensions, 'storeModifiers'),
    searchKeys: merge(extensions, 'searchKeys'),
    searchReturns: merge(extensions, 'searchReturns'),
    sortKeys: merge(extensions, 'sortKeys'),
    threadAlgorithms: merge(extensions, 'threadAlgorithms'),
    statusItems: merge(extensions, 'statusItems'),
    listSelects: merge(extensions, 'listSelects'),
    listReturns: merge(extensions, 'listReturns'),
    urlFetchItems: merge(extensions, 'urlFetchItems'),
    streams: merge(extensions, 'streams'),
    savedSets: merge(extensions, 'savedSets'),
    grammar: Object.assign({}, ...extensions.map(one => one.grammar)),
    rights: new Set(extensions.flatMap(one => [...(one.rights ?? '')])),
    say: sayOf(extensions),
    meanwhile: extensions.flatMap(one => one.meanwhile ?? []),
    metadataRules: extensions.flatMap(one => one.metadataRules ?? []),
    announce: extensions.flatMap(announcersOf),
    codes: new Set(extensions.flatMap(one => one.codes ?? [])),
    admit: (session, command) => {
      for (const one of extensions) one.admit?.(session, command)
    },
    capabilities: session => extensions.flatMap(one => advertised(one, session)),
  }
}

function advertised(one: Extension, session: Session): readonly string[] {
  const { advertise } = one
  if (advertise === undefined) return []
  if (typeof advertise === 'string') return [advertise]
  return typeof advertise === 'function' ? advertise(session) : advertise
}

function sayOf(extensions: readonly Extension[]): Tables['say'] {
  const [one, ...others] = extensions.filter(each => each.say)
  if (others.length > 0) throw new Error('Two extensions own how texts are said')
  return one?.say ?? ((_, text) => text)
}

function announcersOf(one: Extension): Announcer[] {
  return [one.announce ?? []].flat().map(announce => {
    if (announce.when === 'always') return { ...announce, needs: null }
    const [enable] = [one.enable ?? []].flat()
    if (enable === undefined) throw new Error(`RFC ${one.rfc} announces when enabled, and cannot be enabled`)
    return { ...announce, needs: enable.name }
  })
}

/** Tables of one kind: a name, a row. */
type RecordField = {
  [K in keyof Extension]-?: NonNullable<Extension[K]> extends Readonly<Record<string, unknown>> ? K : never
}[keyof Extension]

function merge<K extends RecordField>(extensions: readonly Extension[], field: K): Map<string, Named<K>> {
  const table = new Map<string, Named<K>>()
  for (const one of extensions) {
    for (const [name, row] of Object.entries(one[field] ?? {})) add(table, `${field} ${name}`, name, row as Named<K>)
  }
  return table
}

function commandsOf(extensions: readonly Extension[]): Map<string, Entry> {
  const table = new Map<string, Entry>()
  for (const one of extensions) {
    for (const [name, row] of Object.entries(one.commands ?? {})) {
      const isUid = name.startsWith('UID ')
      add(table, `command ${name}`, name, { name, row, byUid: isUid })
      const twin = `UID ${name}`
      if (row.messages && !isUid) add(table, `command ${twin}`, twin, { name: twin, row, byUid: true })
    }
  }
  return table
}

function enableOf(extensions: readonly Extension[]): Map<string, Enable> {
  const table = new Map<string, Enable>()
  for (const enable of extensions.flatMap(one => one.enable ?? [])) {
    add(table, `enable ${enable.name}`, enable.name.toUpperCase(), enable)
  }
  return table
}

function add<V>(table: Map<string, V>, what: string, name: string, row: V): void {
  if (table.has(name)) throw new Error(`Two extensions own ${what}`)
  table.set(name, row)
}
