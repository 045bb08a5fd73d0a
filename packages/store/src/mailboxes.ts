/** Mailboxes and subscriptions as others see them. */
import { changedAfter } from './account-changes.ts'
import type { Mailboxes } from './api.ts'
import type { Engine } from './engine.ts'
import { claimRecent, create, remove, rename } from './mailbox-jobs.ts'
import { countsOf, type MailboxRow, mailboxById, mailboxByName, mailboxesOf, mailboxOf } from './mailbox-row.ts'
import type { Uid } from './model.ts'
import { canonicalName } from './names.ts'
import { StoreError } from './problem.ts'
import { subscribe, subscriptionsOf, unsubscribe } from './subscriptions.ts'

export function mailboxesIn({ reader, writer }: Engine): Mailboxes {
  const known = (row: MailboxRow | null, what: unknown): MailboxRow => {
    if (row === null) throw new StoreError('no-such-mailbox', `${what}`)
    return row
  }
  return {
    list: async account => mailboxesOf(reader, account).map(mailboxOf),
    subscriptions: async account => subscriptionsOf(reader, account),
    async find(account, name) {
      const row = mailboxByName(reader, account, canonicalName(name))
      return row && mailboxOf(row)
    },
    async get(mailbox) {
      const row = mailboxById(reader, mailbox)
      return row && mailboxOf(row)
    },
    counts: async mailbox => reader.snapshot(() => countsOf(reader, known(mailboxById(reader, mailbox), mailbox))),
    changedAfter: async (account, modSeq) => changedAfter(reader, account, modSeq),
    create: (account, name, options) => writer.run(create, { account, name, specialUse: options?.specialUse ?? [] }),
    remove: (account, name) => writer.run(remove, { account, name }),
    rename: (account, from, to) => writer.run(rename, { account, from, to }),
    subscribe: (account, name) => writer.run(subscribe, { account, name }),
    unsubscribe: (account, name) => writer.run(unsubscribe, { account, name }),
    async recent(mailbox, claim) {
      const row = known(mailboxById(reader, mailbox), mailbox)
      // A mailbox without news costs no transaction.
      if (!claim || row.first_recent_uid === row.uid_next) {
        return { first: row.first_recent_uid as Uid, next: row.uid_next as Uid }
      }
      return writer.run(claimRecent, mailbox)
    },
  }
}
