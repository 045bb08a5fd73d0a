/**
 * METADATA and METADATA-SERVER, RFC 5464: named values of mailboxes and of the server.
 *
 * Private entries are each account's own. Shared ones of the server are set by administrators (§3.3), except /shared/admin,
 * which no client sets (§3.2.1.1).
 */
import { extension, type MetadataRule } from '../../extension.ts'
import { No } from '../../problem.ts'
import { forMailboxes, forServer, tellChanges, watched } from './changes.ts'
import { deviceState } from './device-state.ts'
import { getMetadata } from './get.ts'
import { notifyEntries } from './notify-entries.ts'
import { setMetadata } from './set.ts'

const administrators: MetadataRule = {
  applies: (name, of) => of === null && name.startsWith('/shared/'),
  async check(session, _, name) {
    if (name === '/shared/admin') throw new No('That entry is read-only', 'NOPERM')
    const account = await session.store.accounts.get(session.account)
    if (!account?.administrator) throw new No('Administrators set shared entries of the server', 'NOPERM')
  },
}

export const metadata = extension({
  rfc: 5464,
  advertise: [forMailboxes, forServer],
  // Who wants to hear of mailboxes wants to hear of the server, too (§4.1).
  enable: [{ name: forMailboxes, implies: [forServer] }, { name: forServer }],
  commands: { GETMETADATA: getMetadata, SETMETADATA: setMetadata },
  metadataRules: [administrators, deviceState, notifyEntries],
  announce: { when: 'always', beside: tellChanges, watches: watched },
  codes: ['METADATA'],
})
