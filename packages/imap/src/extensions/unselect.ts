/** UNSELECT, RFC 3691: leaves the mailbox and expunges nothing. */
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'

export const unselectCommand = command({
  states: ['selected'],
  deselects: true,
  parse: () => undefined,
  async run(session) {
    session.deselect()
    return ok('UNSELECT completed')
  },
})

export const unselect = extension({ rfc: 3691, advertise: 'UNSELECT', commands: { UNSELECT: unselectCommand } })
