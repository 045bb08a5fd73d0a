/** EXPUNGE (RFC 3501 §6.4.3). What went is told by the view, as everything is. */
import type { UidRanges } from '@lemonade/store'
import { needSelected } from '../access.ts'
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'

/** Expunges those of the messages that are \Deleted. Throws `No` without the right (RFC 4314 §4). */
export async function expungeAmong(session: Session, uids: UidRanges): Promise<void> {
  needSelected(session, 'e')
  const { view, store } = session
  if (uids.length === 0) return
  const { uids: gone, before, modSeq } = await store.messages.expunge(view.mailbox.id, uids)
  view.took(gone)
  session.did({ kind: 'messages', mailbox: view.mailbox.id, before, modSeq })
}

export const expunge = command({
  states: ['selected'],
  changes: true,
  parse: () => undefined,
  async run(session) {
    await expungeAmong(session, session.view.all())
    return ok('EXPUNGE completed')
  },
})

export const expunging = extension({ rfc: 3501, commands: { EXPUNGE: expunge } })
