/** NAMESPACE, RFC 2342: where a user's own mailboxes begin; there are no others. */
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'

export const namespaceCommand = command({
  states: ['authenticated', 'selected'],
  parse: () => undefined,
  async *run(session) {
    yield session.data(w => w.ascii('NAMESPACE (("" "/")) NIL NIL'))
    return ok('NAMESPACE completed')
  },
})

export const namespace = extension({ rfc: 2342, advertise: 'NAMESPACE', commands: { NAMESPACE: namespaceCommand } })
