/** What NOTIFY SET says at once of the mailboxes that it names (RFC 5465 §3.1). */
import { compareNames } from '../../core/list-entries.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import { noAccess, status } from './announce.ts'
import type { EventName } from './events.ts'
import { isReadable } from './look.ts'
import type { Watch } from './watch.ts'

/** STATUS where that was asked for, and LIST for what may be seen and not read. */
export async function* initialStatus(
  session: Session,
  watch: Watch,
  wantsStatus: boolean,
): AsyncGenerator<Response, void, void> {
  const watched = [...watch.watched()].sort(([a], [b]) => compareNames(a.access.name, b.access.name))
  for (const [sight, events] of watched) {
    if (!isReadable(sight)) {
      watch.hearing.denied.add(sight.access.name)
      yield noAccess(session, watch.account, sight)
    } else if (wantsStatus && watch.hearing.tellsMessages(sight, events)) {
      const line = await status(session, sight, initialItems(events))
      if (line !== null) yield line
    }
  }
}

/** New and expunged messages are always asked for together, so that the first three are always there. */
function initialItems(events: ReadonlySet<EventName>): readonly string[] {
  const hasChanges = events.has('FlagChange') || events.has('AnnotationChange')
  return ['UIDVALIDITY', 'UIDNEXT', 'MESSAGES', ...(hasChanges ? ['HIGHESTMODSEQ'] : [])]
}
