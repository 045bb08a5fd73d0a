/** FLAGS and PERMANENTFLAGS of a selected mailbox, as the session's rights have them (RFC 3501 §7.2.6, RFC 4314 §5.1.1). */
import { systemFlags } from '@lemonade/store'
import { flagRights, reachable } from '../access.ts'
import { info, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'

/** Told when a mailbox is selected, and when rights to it change. */
export async function* flagResponses(session: Session, view: View): AsyncGenerator<Response, void, void> {
  const { flagSets } = session.store
  const keywords = await flagSets.keywords(view.mailbox.id)
  const flags = [...systemFlags, ...keywords]
  yield session.data(w => w.ascii('FLAGS ').words(flags))
  const rights = view.readOnly ? '' : flagRights(view.access.rights)
  // New keywords are like all flags but two.
  const kept = reachable(keywords.length < flagSets.keywordsLimit ? [...flags, '\\*'] : flags, rights)
  yield info(`PERMANENTFLAGS (${kept.join(' ')})`, 'Kept')
}

/** Told again when a change may have brought the last keyword that there is room for (RFC 9051 §7.1, PERMANENTFLAGS). */
export async function* lastKeyword(session: Session, flags: readonly string[]): AsyncGenerator<Response, void, void> {
  if (flags.every(flag => flag.startsWith('\\'))) return
  const { flagSets } = session.store
  const keywords = await flagSets.keywords(session.view.mailbox.id)
  if (keywords.length >= flagSets.keywordsLimit) yield* flagResponses(session, session.view)
}
