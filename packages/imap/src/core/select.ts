/** SELECT, EXAMINE, CHECK, CLOSE (RFC 3501 §6.3.1, §6.3.2, §6.4.1, §6.4.2), open to parameters. */
import type { FlagSetId } from '@lemonade/store'
import { accessTo, needRights } from '../access.ts'
import { type Command, command, extension, type SelectParam } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import { Bad, No } from '../problem.ts'
import { info, ok, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import { View } from '../view.ts'
import { expungeAmong } from './expunge.ts'
import { flagResponses } from './flag-responses.ts'

interface Parameter {
  readonly row: SelectParam
  readonly argument: unknown
}

/** select = "SELECT" SP mailbox [select-params] (RFC 4466 §2.1) */
function opening(examining: boolean): Command {
  return command({
    states: ['authenticated', 'selected'],
    deselects: true,
    parse: (p, at) => {
      p.sp()
      const name = mailbox(p, at)
      const params: Parameter[] = []
      const { selectParams } = at.tables
      if (selectParams.size > 0 && p.trySp()) {
        p.list1(() => {
          const row = selectParams.get(p.word())
          if (row === undefined) throw new Bad('Unknown parameter')
          params.push({ row, argument: row.parse?.(p, at) })
        })
      }
      return { name, params }
    },
    async *run(session, { name, params }) {
      for (const { row } of params) session.require(row.requires)
      // The mailbox that was selected is left even where the new one cannot be had (RFC 3501 §6.3.1).
      if (session.selected) for (const one of session.announcers) yield* one.deselected?.(session) ?? []
      session.deselect()
      const found = await accessTo(session, name)
      if (found === null) throw new No('There is no such mailbox', 'NONEXISTENT')
      needRights(found, 'r')
      if (!found.mailbox.selectable) throw new No('That name cannot be selected', 'CANNOT')
      // Before the mailbox is described, or the description would be given twice.
      for (const { row } of params) if (row.enables) yield* session.enable(row.enables)
      const view = await View.open(session.store, found, examining)
      session.select(view)
      yield* describe(session, view)
      for (const { row, argument } of params) yield* row.run?.(session, argument, view) ?? []
      return ok(examining ? 'EXAMINE completed' : 'SELECT completed', view.readOnly ? 'READ-ONLY' : 'READ-WRITE')
    },
  })
}

/** What every SELECT and EXAMINE tells (RFC 3501 §6.3.1), in few words: most of a resync is this. */
async function* describe(session: Session, view: View): AsyncGenerator<Response, void, void> {
  yield* flagResponses(session, view)
  yield session.data(w => w.number(view.count).ascii(' EXISTS'))
  if (session.dialect.recent) yield session.data(w => w.number(view.recentCount).ascii(' RECENT'))
  const unseen = session.dialect.unseen ? firstUnseen(session, view) : 0
  if (unseen > 0) yield info(`UNSEEN ${unseen}`, 'First')
  yield info(`UIDVALIDITY ${view.mailbox.uidValidity}`, 'Valid')
  yield info(`UIDNEXT ${view.uidNext}`, 'Next')
  for (const one of session.tables.extensions) yield* one.selectData?.(session, view) ?? []
}

/** The number of the first message without \Seen, 0 where there is none. */
function firstUnseen(session: Session, view: View): number {
  const { flagSets } = session.store
  const { newest } = view
  const seen = new Map<number, boolean>()
  const count = Math.min(view.count, newest.count)
  for (let position = 0; position < count; ) {
    const rows = newest.stretch(position)
    for (let at = rows.from; at < rows.to && position < count; at++, position++) {
      const set = rows.flagSets[at] as FlagSetId
      let known = seen.get(set)
      if (known === undefined) {
        known = flagSets.has(set, '\\Seen')
        seen.set(set, known)
      }
      if (!known) return view.seqAt(position)
    }
  }
  return 0
}

/** Everything is durable before it is acknowledged, so a checkpoint has nothing to do (RFC 3501 §6.4.1). */
export const check = command({
  states: ['selected'],
  parse: () => undefined,
  async run() {
    return ok('CHECK completed')
  },
})

/** Expunges without a word, then leaves; after EXAMINE or without the right, it only leaves (RFC 3501 §6.4.2, RFC 4314 §4). */
export const close = command({
  states: ['selected'],
  deselects: true,
  parse: () => undefined,
  async run(session) {
    await session.learn()
    const { view } = session
    if (!view.examined && view.access.rights.has('e')) await expungeAmong(session, view.all())
    session.deselect()
    return ok('CLOSE completed')
  },
})

export const selecting = extension({
  rfc: 3501,
  commands: { SELECT: opening(false), EXAMINE: opening(true), CHECK: check, CLOSE: close },
  codes: ['PERMANENTFLAGS', 'READ-ONLY', 'READ-WRITE', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN'],
})
