/** EXPUNGE (RFC 3501 §6.4.3). What went is told by the view, as everything is. */
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'

export const expunge = command({
  states: ['selected'],
  changes: true,
  parse: () => undefined,
  async run(session) {
    const { view } = session
    if (view.largestUid > 0) await session.store.messages.expunge(view.mailbox.id, view.all())
    return ok('EXPUNGE completed')
  },
})

export const expunging = extension({ rfc: 3501, commands: { EXPUNGE: expunge } })
