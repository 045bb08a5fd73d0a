/** From a message that came in whole to one reply a destination (RFC 5321 §6.1, RFC 2033 §4.2). */
import { type Protocol, type Reply, replyTo } from '@lemonade/esmtp'
import type { Log } from '@lemonade/net'
import { type PreparedContent, type Store, StoreError } from '@lemonade/store'
import type { Arrival, Deliverer, Destination, Plan } from './deposit.ts'
import { judge } from './refusal.ts'

export interface AcceptOptions {
  readonly store: Store
  readonly deliverer: Deliverer
  readonly log: Log
}

/**
 * Delivers, refuses and notifies as scripts want it; resolves when that is safe. One transaction for all that take the
 * message; where the store has a problem with somebody, one for each, so that one mailbox does not stand for another.
 * Throws Refusal and StoreError where nobody has it.
 */
export async function accept(
  content: PreparedContent,
  arrival: Arrival,
  protocol: Protocol,
  accepted: Reply,
  { store, deliverer, log }: AcceptOptions,
): Promise<readonly Reply[]> {
  const { destinations } = arrival
  const plan = await deliverer.plan(content, arrival)
  const { replies, byMessage } = judge(plan, destinations, protocol)
  let answers = replies.map(refusal => refusal ?? accepted)
  const several = destinations.length > 1
  try {
    await deliverer.deposit(plan, deposit => store.messages.deposit({ content, ...deposit }), !several)
  } catch (error) {
    if (!(error instanceof StoreError) || !several) throw error
    const failures = await depositEach(content, arrival, { store, deliverer, log }, error)
    if (protocol === 'SMTP') await putOff(content, arrival, [...failures.keys()], { store, deliverer })
    else answers = answers.map((answer, at) => failures.get(destinations[at] as Destination) ?? answer)
  }
  await deliverer.teller.refuse(arrival, byMessage, content)
  await deliverer.teller.tell(arrival, plan, content)
  return answers
}

/** One deposit a destination. Answers with the failures; throws the first problem where all of them failed. */
async function depositEach(
  content: PreparedContent,
  arrival: Arrival,
  { store, deliverer, log }: AcceptOptions,
  first: StoreError,
): Promise<ReadonlyMap<Destination, Reply>> {
  const failures = new Map<Destination, Reply>()
  for (const destination of arrival.destinations) {
    const plan: Plan = await deliverer.plan(content, { ...arrival, destinations: [destination] })
    const copy = await copied(store, content)
    try {
      await deliverer.deposit(plan, deposit => store.messages.deposit({ content: copy, ...deposit }))
    } catch (error) {
      failures.set(destination, replyTo(error, log))
    } finally {
      await copy.discard()
    }
  }
  if (failures.size === arrival.destinations.length) throw first
  return failures
}

/** SMTP has one reply for all: what some cannot take now waits in the queue for them, and is returned in the end. */
async function putOff(
  content: PreparedContent,
  arrival: Arrival,
  destinations: readonly Destination[],
  { store, deliverer }: Pick<AcceptOptions, 'store' | 'deliverer'>,
): Promise<void> {
  if (destinations.length === 0) return
  const enqueue = destinations.map(destination => deliverer.later(destination, arrival))
  await store.messages.deposit({ content, deliveries: [], enqueue })
}

/** The same octets for a deposit of their own; the store keeps them once. */
async function copied(store: Store, content: PreparedContent): Promise<PreparedContent> {
  const writer = store.contents.writer({ limitOctets: content.octets })
  try {
    for await (const octets of content.read(0, content.octets)) await writer.write(octets)
    return await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
