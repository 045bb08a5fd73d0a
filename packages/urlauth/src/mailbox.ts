/** Which mailboxes the users of URLs may read. The one place that asks for rights. */
import type { Account, Mailbox, Store } from '@lemonade/store'

/** The mailbox that a name means to an account, where it may read its messages; null says no more than that. */
export async function readableMailbox(
  store: Pick<Store, 'mailboxes'>,
  account: Account,
  name: string,
): Promise<Mailbox | null> {
  const found = await store.mailboxes.find(account.id, name)
  return found?.selectable === true ? found : null
}
