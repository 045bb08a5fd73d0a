/** Mailboxes as scripts name them: by name, by special use, by id. All are the owner's own. */
import type { AccountId, Mailbox, SpecialUse, Store } from '@lemonade/store'

/** The mailbox of a name that messages can be put into; null where there is none. */
export async function mailboxOf(store: Store, account: AccountId, name: string): Promise<Mailbox | null> {
  const mailbox = await store.mailboxes.find(account, name)
  return mailbox?.selectable === true ? mailbox : null
}

/** What a `fileinto` says of its mailbox. */
export interface Wanted {
  readonly mailbox: string
  readonly specialUse?: string
  readonly mailboxId?: string
}

/**
 * The name of the mailbox that a `fileinto` means. By its special use: the one that is named where it has it, else the
 * oldest that does, so that the choice is the same each time (RFC 8579 §4). By its id (RFC 9042 §4). Else by its name.
 */
export async function mailboxFor(store: Store, account: AccountId, wanted: Wanted): Promise<string> {
  const { mailbox, specialUse, mailboxId } = wanted
  if (specialUse === undefined && mailboxId === undefined) return mailbox
  const all = await selectable(store, account)
  if (mailboxId !== undefined) return all.find(each => each.mailboxId === mailboxId)?.name ?? mailbox
  const used = all.filter(each => hasUse(each, specialUse ?? ''))
  const named = await mailboxOf(store, account, mailbox)
  const chosen = used.find(({ id }) => id === named?.id) ?? used.toSorted((a, b) => a.id - b.id)[0]
  return chosen?.name ?? mailbox
}

const specialUses = {
  '\\all': '\\All',
  '\\archive': '\\Archive',
  '\\drafts': '\\Drafts',
  '\\flagged': '\\Flagged',
  '\\junk': '\\Junk',
  '\\sent': '\\Sent',
  '\\trash': '\\Trash',
} as const satisfies { readonly [Use in SpecialUse as Lowercase<Use>]: Use }

/** A special use that the store knows; null for another, which no mailbox has. */
export function specialUseOf(text: string | undefined): SpecialUse | null {
  const key = text?.toLowerCase() ?? ''
  return key in specialUses ? specialUses[key as keyof typeof specialUses] : null
}

/** The mailboxes of an account that messages can be put into. */
export async function selectable(store: Store, account: AccountId): Promise<readonly Mailbox[]> {
  return (await store.mailboxes.list(account)).filter(mailbox => mailbox.selectable)
}

/** Attributes compare without regard to case (RFC 3501 §9, note 1). */
export function hasUse(mailbox: Mailbox, use: string): boolean {
  return mailbox.specialUse.some(each => each.toLowerCase() === use.toLowerCase())
}
