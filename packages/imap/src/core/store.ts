/** STORE (RFC 3501 §6.4.6), open to items and modifiers (RFC 4466 §2.5). */
import type { FlagChange, FlagSetId } from '@lemonade/store'
import { flagRights, notPermitted, reachable, reachesAll } from '../access.ts'
import { flagLines } from '../announce.ts'
import { type Call, command, extension, type StoreItem, type StoreModifier, type StoreModifiers } from '../extension.ts'
import { storeFlags } from '../grammar/flags.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { no, ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import { lastKeyword } from './flag-responses.ts'

interface Modifier {
  readonly row: StoreModifier
  readonly argument: unknown
}

interface Storing {
  readonly item: StoreItem
  readonly argument: unknown
  readonly modifiers: readonly Modifier[]
}

/** store = "STORE" SP sequence-set [SP "(" store-modifiers ")"] SP store-att-flags */
function parseStore(p: Parser, at: Parsing): Storing {
  p.sp()
  const modifiers: Modifier[] = []
  if (at.tables.storeModifiers.size > 0 && p.isNext('(')) {
    p.list1(() => {
      const row = at.tables.storeModifiers.get(p.word())
      if (row === undefined) throw new Bad('Unknown STORE modifier')
      modifiers.push({ row, argument: row.parse(p) })
    })
    p.sp()
  }
  const name = p.word()
  const item = at.tables.storeItems.get(name)
  if (item === undefined) throw new Bad(`Nothing called ${name} can be stored`)
  p.sp()
  return { item, argument: item.parse(p, at), modifiers }
}

export const store = command({
  states: ['selected'],
  messages: 'set',
  changes: true,
  parse: parseStore,
  async *run(session, { item, argument, modifiers }, call) {
    for (const { row } of modifiers) if (row.enables) yield* session.enable(row.enables)
    return yield* item.run(session, argument, combined(modifiers), call)
  },
})

function combined(modifiers: readonly Modifier[]): StoreModifiers {
  return {
    change: change => modifiers.reduce((made, { row, argument }) => row.change(made, argument), change),
    code: (session, stored, call) => {
      for (const { row } of modifiers) {
        const code = row.code?.(session, stored, call)
        if (code !== undefined) return code
      }
      return undefined
    },
  }
}

/** store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP flags */
function flagsItem(mode: FlagChange['mode'], silent: boolean): StoreItem {
  return {
    parse: (p, at) => storeFlags(p, at),
    run: (session, flags, modifiers, call) =>
      changeFlags(session, modifiers.change({ mode, flags: flags as readonly string[] }), silent, modifiers, call),
  }
}

async function* changeFlags(
  session: Session,
  change: FlagChange,
  silent: boolean,
  modifiers: StoreModifiers,
  call: Call,
): AsyncGenerator<Response, Tagged, void> {
  const { view } = session
  const { allowed, isWhole } = withinRights(session, change)
  const gone = !call.byUid && view.goneWithin(call.uids) > 0
  const uids = view.present(call.uids)
  const stored = await session.store.messages.storeFlags(view.mailbox.id, view.clip(call.uids), allowed)
  await view.learn()
  if (stored.uids.length > 0) {
    view.quiet(stored.modSeq)
    await session.happened({ kind: 'flags', mailbox: view.mailbox.id, stored })
  }
  if (!silent || !isWhole) {
    // What failed a condition is told too, so that the client need not ask (RFC 3501 §6.4.6).
    yield* flagLines(session, uids, { uid: call.byUid, flags: true })
  } else {
    const { expected, surprising } = surprises(session, stored.uids, change)
    yield* flagLines(session, surprising, { uid: call.byUid, flags: true })
    if (session.announcers.some(one => one.tellsSilent)) {
      yield* flagLines(session, expected, { uid: call.byUid, flags: false })
    }
  }
  if (allowed.mode !== 'remove') yield* lastKeyword(session, allowed.flags)
  const code = modifiers.code(session, stored, call)
  if (gone) return no('Some of the messages no longer exist', code ?? 'EXPUNGEISSUED')
  return ok(code === undefined ? 'STORE completed' : 'Conditional STORE failed', code)
}

/**
 * What the session may change of it. A part is done without a word, since clients understand no NO to STORE, but the
 * client is told what came of it. Throws `No` where it may change nothing of it (RFC 4314 §4, STORE).
 */
function withinRights({ view }: Session, change: FlagChange): { allowed: FlagChange; isWhole: boolean } {
  const rights = flagRights(view.access.rights)
  if (reachesAll(rights)) return { allowed: change, isWhole: true }
  const { mode, flags } = change
  const within = reachable(flags, rights)
  if (mode === 'replace' ? rights === '' : flags.length > 0 && within.length === 0) throw notPermitted()
  return { allowed: { ...change, rights }, isWhole: mode !== 'replace' && within.length === flags.length }
}

/**
 * A client that asked for silence works out by itself what its change made of the flags it knew. Where others had
 * changed them too, and it was not told yet, it would be wrong for good: that must be said.
 */
function surprises(
  { view, store: { flagSets } }: Session,
  uids: Uint32Array,
  change: FlagChange,
): { expected: Uint32Array; surprising: Uint32Array } {
  const { newest } = view
  const becomes = (told: FlagSetId, now: FlagSetId): boolean =>
    outcome(flagSets.flags(told), change) === outcome(flagSets.flags(now))
  // Of many messages few have other flags than the one before.
  const last: { told: FlagSetId | null; now: FlagSetId | null; isExpected: boolean } = {
    told: null,
    now: null,
    isExpected: false,
  }
  const isExpected = (uid: number): boolean => {
    const told = view.toldFlagSet(uid)
    const seq = view.seqOf(uid)
    const position = seq === 0 ? -1 : view.newestPosition(seq - 1)
    if (position === -1 || told === null) return false
    const now = newest.flagSetAt(position)
    if (told !== last.told || now !== last.now) Object.assign(last, { told, now, isExpected: becomes(told, now) })
    return last.isExpected
  }
  const expected = uids.filter(isExpected)
  return { expected, surprising: expected.length === uids.length ? noUids : uids.filter(uid => !isExpected(uid)) }
}

const noUids = new Uint32Array(0)

/** A set of flags after a change, in a form that compares. */
function outcome(flags: readonly string[], change?: FlagChange): string {
  const set = new Set(change?.mode === 'replace' ? [] : flags.map(flag => flag.toLowerCase()))
  for (const flag of change?.flags ?? []) {
    if (change?.mode === 'remove') set.delete(flag.toLowerCase())
    else set.add(flag.toLowerCase())
  }
  return [...set].sort().join(' ')
}

export const storing = extension({
  rfc: 3501,
  commands: { STORE: store },
  storeItems: {
    FLAGS: flagsItem('replace', false),
    'FLAGS.SILENT': flagsItem('replace', true),
    '+FLAGS': flagsItem('add', false),
    '+FLAGS.SILENT': flagsItem('add', true),
    '-FLAGS': flagsItem('remove', false),
    '-FLAGS.SILENT': flagsItem('remove', true),
  },
})
