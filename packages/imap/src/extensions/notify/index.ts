/**
 * NOTIFY, RFC 5465: a client says once which events it wants to hear of, in which mailboxes, and hears of them when they
 * happen, whether a command runs or not.
 */
import { uidItem } from '../../core/fetch.ts'
import { command, extension } from '../../extension.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, No } from '../../problem.ts'
import { ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import { tellEverything } from '../../tell.ts'
import type { Parser } from '../../wire/parser.ts'
import { badEvent } from './events.ts'
import { initialStatus } from './initial-status.ts'
import { eventGroups, type Filter } from './mailboxes.ts'
import { Watch } from './watch.ts'

/** The watch of a session that has used NOTIFY; null after NOTIFY NONE. */
const key = Symbol('NOTIFY')

function watchOf(session: Session): Watch | null | undefined {
  return session.kept.get(key) as Watch | null | undefined
}

interface Notify {
  readonly wantsStatus: boolean
  /** Null for NONE. */
  readonly filter: Filter | null
}

/** notify = "NOTIFY" SP (("SET" [SP "STATUS"] SP event-groups) / "NONE") */
function parseNotify(p: Parser, at: Parsing): Notify {
  p.sp()
  const word = p.word()
  if (word === 'NONE') return { wantsStatus: false, filter: null }
  if (word !== 'SET') throw new Bad('Expected SET or NONE')
  p.sp()
  const wantsStatus = p.tryWord('STATUS')
  if (wantsStatus) p.sp()
  return { wantsStatus, filter: eventGroups(p, at) }
}

const notifyCommand = command({
  states: ['authenticated', 'selected'],
  parse: parseNotify,
  async *run(session, { wantsStatus, filter }) {
    if (filter?.hasUnknown) throw new No('There is no such event', badEvent)
    if (filter === null) {
      watchOf(session)?.close()
      session.kept.set(key, null)
      return ok('NOTIFY completed, nothing will be told')
    }
    for (const { enables } of filter.selected?.items ?? []) if (enables) yield* session.enable(enables)
    const watch = await Watch.begin(session, filter)
    // Whatever has accumulated is told under the old rules (RFC 5465 §3.1), whatever the new ones keep back.
    yield* tellEverything(session)
    watchOf(session)?.close()
    session.kept.set(key, watch)
    yield* initialStatus(session, watch, wantsStatus)
    return ok('NOTIFY completed')
  },
})

export const notify = extension({
  rfc: 5465,
  advertise: 'NOTIFY',
  commands: { NOTIFY: notifyCommand },
  // Every view that is opened, so that nothing is lost where it is left.
  selectData: (session, view) => {
    view.whenClosed(() => watchOf(session)?.left(view))
    return []
  },
  announce: {
    when: 'always',
    unsolicited: session => {
      const watch = watchOf(session)
      if (!watch) return null
      const { selected } = watch.filter
      return selected !== null && !selected.isDelayed ? 'with-expunges' : 'without-expunges'
    },
    interest: session => {
      const watch = watchOf(session)
      return watch === undefined ? null : (watch?.interest ?? { messages: false, flags: false })
    },
    did: (session, deed) => watchOf(session)?.did(deed),
    // FLAGS is told with UID (§5.1).
    flagItems: session => (session.kept.has(key) ? [uidItem] : []),
    arrivals: (session, uids) => {
      const watch = watchOf(session)
      const items = watch?.filter.selected?.items ?? []
      return watch && items.length > 0 ? [{ uids: watch.byOthers(uids), items }] : []
    },
    async *beside(session) {
      const watch = watchOf(session)
      if (watch) yield* watch.tell()
    },
  },
  codes: ['BADEVENT', 'NOTIFICATIONOVERFLOW'],
})
