/**
 * What a script wanted and the store will not have must not cost the message: flags are left out (RFC 5232 §5), and INBOX
 * takes what a mailbox cannot (RFC 5228 §4.1).
 */
import { type Deposit, type Problem, StoreError } from '@lemonade/store'

export type Delivery = Deposit['deliveries'][number] & {
  /** Its content is the message itself as a script has edited it, and no message of the script's own. */
  readonly isEdition?: true
}

const withoutKeywords = (delivery: Delivery): Delivery => ({
  ...delivery,
  flags: (delivery.flags ?? []).filter(flag => flag.startsWith('\\')),
})
const intoInbox = ({ create: _, ...delivery }: Delivery): Delivery => ({ ...delivery, mailbox: 'INBOX' })
const intoWhatIsThere = (delivery: Delivery): Delivery => (delivery.create === true ? intoInbox(delivery) : delivery)

const remedies: Partial<Record<Problem, (delivery: Delivery) => Delivery>> = {
  'bad-keyword': withoutKeywords,
  'too-many-keywords': withoutKeywords,
  'bad-mailbox-name': intoInbox,
  'inbox-is-special': intoInbox,
  'mailbox-exists': intoInbox,
  'no-such-mailbox': intoInbox,
  // One mailbox too many; or the message is too much, and then this does not help.
  'over-quota': intoWhatIsThere,
}

/** What does not defer the mail of an account. */
export const remediedProblems = Object.keys(remedies) as readonly Problem[]

/** Does a deposit, and again with less where the store names a problem that has a remedy. Throws StoreError. */
export async function withRemedies(
  deliveries: readonly Delivery[],
  deposit: (deliveries: readonly Delivery[]) => Promise<void>,
): Promise<void> {
  const tried = new Set<Problem>()
  let wanted = deliveries
  for (;;) {
    try {
      return await deposit(wanted)
    } catch (error) {
      const remedy = error instanceof StoreError && !tried.has(error.problem) ? remedies[error.problem] : undefined
      if (remedy === undefined) throw error
      tried.add((error as StoreError).problem)
      wanted = merged(wanted.map(remedy))
    }
  }
}

/**
 * One copy of each message for each mailbox, with the flags that any script wanted; the message itself is one, however
 * it was edited (RFC 5293 §7).
 */
export function merged(deliveries: readonly Delivery[]): readonly Delivery[] {
  const found = new Map<string, Delivery>()
  const contents = [undefined, ...new Set(deliveries.map(({ content }) => content))]
  for (const delivery of deliveries) {
    const message = delivery.isEdition === true ? 0 : contents.indexOf(delivery.content)
    const key = `${delivery.account} ${message} ${delivery.mailbox}`
    const old = found.get(key)
    const flags = [...new Set([...(old?.flags ?? []), ...(delivery.flags ?? [])])]
    found.set(key, { ...delivery, create: old?.create === true || delivery.create === true, flags })
  }
  return [...found.values()]
}
