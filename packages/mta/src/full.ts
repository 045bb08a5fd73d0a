/** What is answered for a mailbox without room: at RCPT, where that is known already, and after the message (RFC 9208). */
import { Refusal, type Reply, reply } from '@lemonade/esmtp'
import { type Route, type Store, StoreError } from '@lemonade/store'

/** Whether the sender is to try again, or to give up. */
export const overQuotaAnswers = ['defer', 'reject'] as const
export type OverQuota = (typeof overQuotaAnswers)[number]

const replies: Readonly<Record<OverQuota, Reply>> = {
  defer: reply(452, '4.2.2', 'The mailbox is full'),
  reject: reply(552, '5.2.2', 'The mailbox is full'),
}

/** Throws Refusal where none of those behind an address has room for so many octets, as far as that is known here. */
export async function needRoom(
  store: Pick<Store, 'quotas'>,
  route: Route,
  octets: number,
  overQuota: OverQuota,
): Promise<void> {
  if (route.foreign.length > 0) return
  for (const { id } of route.accounts) if (await store.quotas.hasRoom(id, octets)) return
  throw new Refusal(replies[overQuota])
}

/** The error as it is to be answered, where it is about room. */
export function answered(error: unknown, overQuota: OverQuota): unknown {
  return error instanceof StoreError && error.problem === 'over-quota' ? new Refusal(replies[overQuota]) : error
}
