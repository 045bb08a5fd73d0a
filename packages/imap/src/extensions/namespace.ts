/** NAMESPACE, RFC 2342: where a user's own mailboxes begin, and where those of others that may be seen. */
import { otherUsers } from '@lemonade/store'
import { command, extension } from '../extension.ts'
import { delimiter } from '../grammar/mailbox.ts'
import { ok } from '../response.ts'

export const namespaceCommand = command({
  states: ['authenticated', 'selected'],
  parse: () => undefined,
  async *run(session) {
    yield session.data(w =>
      w.ascii(`NAMESPACE (("" "${delimiter}")) (("${otherUsers}${delimiter}" "${delimiter}")) NIL`),
    )
    return ok('NAMESPACE completed')
  },
})

export const namespace = extension({ rfc: 2342, advertise: 'NAMESPACE', commands: { NAMESPACE: namespaceCommand } })
