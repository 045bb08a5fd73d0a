/** IMAPSIEVE, RFC 6785: scripts run when messages come into a mailbox by APPEND and COPY, and when their flags change. */
import type { FlagSetId, FlagsStored, Uid } from '@lemonade/store'
import { extension, type Happening } from '../extension.ts'
import type { Session } from '../session.ts'

const causes = { append: 'APPEND', copy: 'COPY', flags: 'FLAG' } as const

/** What was changed of flags, by message (RFC 6785 §4.5). */
function changes({ store: { flagSets } }: Session, { uids, flagSets: now, oldFlagSets: old }: FlagsStored) {
  // Of many messages most were changed alike.
  const known = new Map<string, readonly string[]>()
  const between = (before: FlagSetId, after: FlagSetId): readonly string[] => {
    const key = `${before} ${after}`
    let found = known.get(key)
    if (found === undefined) {
      found = [
        ...flagSets.flags(after).filter(flag => !flagSets.has(before, flag)),
        ...flagSets.flags(before).filter(flag => !flagSets.has(after, flag)),
      ]
      known.set(key, found)
    }
    return found
  }
  return Array.from(uids, (uid, i) => ({
    uid: uid as Uid,
    changedFlags: between(old[i] as FlagSetId, now[i] as FlagSetId),
  }))
}

async function happened(session: Session, happening: Happening): Promise<void> {
  const { mailboxScripts } = session.shared
  if (mailboxScripts === null) return
  const { kind, mailbox } = happening
  const messages =
    happening.kind === 'flags'
      ? changes(session, happening.stored)
      : happening.uids.map(uid => ({ uid, changedFlags: [] }))
  await mailboxScripts.happened({ cause: causes[kind], mailbox, user: session.account, messages })
}

export const imapsieve = extension({
  rfc: 6785,
  advertise: ({ shared: { mailboxScripts } }) =>
    mailboxScripts === null || mailboxScripts.url === null ? [] : [`IMAPSIEVE=${mailboxScripts.url}`],
  happened,
})
