/** Which mailboxes the users of URLs may read. The one place that asks for rights (RFC 4314). */
import { type Account, type Mailbox, otherUsers, type Store } from '@lemonade/store'

/**
 * The mailbox that a name means to an account, where it may read its messages now; null says no more than that. The
 * mailboxes of others stand below their owners' names (RFC 2342 §5).
 */
export async function readableMailbox(
  store: Pick<Store, 'accounts' | 'acl' | 'mailboxes'>,
  account: Account,
  name: string,
): Promise<Mailbox | null> {
  const place = await placeOf(store, account, name)
  const mailbox = place && (await store.mailboxes.find(place.owner.id, place.name))
  if (mailbox?.selectable !== true) return null
  const mayRead = mailbox.account === account.id || (await store.acl.rights(mailbox.id, account.id)).has('r')
  return mayRead ? mailbox : null
}

/** Whose mailbox a name means, and what that one calls it; null where it leads to nobody else. */
async function placeOf(
  store: Pick<Store, 'accounts'>,
  account: Account,
  name: string,
): Promise<{ readonly owner: Account; readonly name: string } | null> {
  if (!name.startsWith(`${otherUsers}/`)) return { owner: account, name }
  const [, who, own] = /^([^@]*@[^/]*)\/(.+)$/.exec(name.slice(otherUsers.length + 1)) ?? []
  const owner = who === undefined || own === undefined ? null : await store.accounts.find(who)
  return owner === null || owner.id === account.id ? null : { owner, name: own as string }
}
