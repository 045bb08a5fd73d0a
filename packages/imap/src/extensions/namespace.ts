/** NAMESPACE, RFC 2342: where a user's own mailboxes begin, and where those of others that may be seen. */
import { namespaces } from '../core/namespaces.ts'
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'

export const namespaceCommand = command({
  states: ['authenticated', 'selected'],
  parse: () => undefined,
  async *run(session) {
    yield namespaces(session)
    return ok('NAMESPACE completed')
  },
})

export const namespace = extension({ rfc: 2342, advertise: 'NAMESPACE', commands: { NAMESPACE: namespaceCommand } })
