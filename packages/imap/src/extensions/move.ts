/** MOVE, RFC 6851: messages go to another mailbox in one step, all or none. */
import { flagRights, needSelected } from '../access.ts'
import { copyCode, didCopy, source, target, targetName } from '../core/copy.ts'
import { command, extension } from '../extension.ts'
import { info, ok } from '../response.ts'

export const moveCommand = command({
  states: ['selected'],
  messages: 'set',
  changes: true,
  expunges: true, // RFC 6851 §3.3: EXPUNGE responses come before the tagged OK
  parse: targetName,
  async *run(session, name, call) {
    // STORE, COPY and EXPUNGE in one (RFC 6851 §4.2).
    needSelected(session, 'te')
    const to = await target(session, name)
    const uids = source(session, call)
    if (uids.length === 0) return ok('MOVE completed, nothing to move')
    const moved = await session.store.messages.move(
      session.view.mailbox.id,
      uids,
      to.mailbox.id,
      flagRights(to.rights),
      {
        account: session.account,
        shared: to.rights.has('n'),
      },
    )
    if (moved.to.length === 0) return ok('MOVE completed, nothing to move')
    session.view.took(moved.from)
    await didCopy(session, moved)
    // Before the client hears that the old UIDs are gone (RFC 6851 §4.3).
    const code = copyCode(session, to, moved)
    if (code !== undefined) yield info(code, 'Messages moved')
    return ok('MOVE completed')
  },
})

export const move = extension({ rfc: 6851, advertise: 'MOVE', commands: { MOVE: moveCommand } })
