/** From a message that came in whole to one reply a destination (RFC 5321 §6.1, RFC 2033 §4.2). */
import { type Protocol, type Reply, replyTo } from '@lemonade/esmtp'
import type { Log } from '@lemonade/net'
import { type PreparedContent, type Problem, type Store, StoreError } from '@lemonade/store'
import type { Arrival, Deliverer, Destination, Plan } from './deposit.ts'
import { isExpanded } from './forwarding/routes.ts'
import { answered, type OverQuota } from './full.ts'
import { judge } from './refusal.ts'
import { remediedProblems } from './remedy.ts'

export interface AcceptOptions {
  readonly store: Store
  readonly deliverer: Deliverer
  readonly overQuota: OverQuota
  readonly log: Log
}

/**
 * Delivers, refuses and notifies as scripts want it; resolves when that is safe. One transaction for all that take the
 * message; where the store has a problem with one of them, several, so that one mailbox does not stand for another.
 * Throws Refusal and StoreError where nobody has it.
 */
export async function accept(
  content: PreparedContent,
  arrival: Arrival,
  protocol: Protocol,
  accepted: Reply,
  options: AcceptOptions,
): Promise<readonly Reply[]> {
  const { store, deliverer } = options
  const { destinations } = arrival
  const plan = await deliverer.plan(content, arrival)
  const { replies, byMessage } = judge(plan, destinations, protocol)
  let failures: ReadonlyMap<Destination, Reply> = new Map()
  const apart: Destination[] = []
  const several = destinations.length > 1 || destinations.some(({ route }) => isExpanded(route))
  try {
    await deliverer.deposit(plan, deposit => store.messages.deposit({ content, ...deposit }), !several)
  } catch (error) {
    await discardAll(plan)
    if (!several || !isOfOne(error)) throw error
    failures = await depositApart(content, arrival, options, apart)
    if (failures.size === destinations.length) throw error
    if (protocol === 'SMTP') await putOff(content, arrival, [...failures.keys()], { store, deliverer })
  }
  const done = { ...arrival, destinations: destinations.filter(each => !failures.has(each)) }
  // The scripts of those who are served apart have yet to run.
  const refused = byMessage.filter(({ destination }) => !failures.has(destination) && !apart.includes(destination))
  await deliverer.teller.refuse(done, refused, content)
  await deliverer.teller.tell(done, plan, content)
  return destinations.map((each, at) => {
    return (protocol === 'SMTP' ? undefined : failures.get(each)) ?? replies[at] ?? accepted
  })
}

/**
 * Deposits for one half and for the other, and so on down to the destinations that the store has a problem with. Answers
 * with the reply for each of those; where several are behind one, each of them is served apart, by the queue.
 */
async function depositApart(
  content: PreparedContent,
  arrival: Arrival,
  options: AcceptOptions,
  apart: Destination[],
): Promise<ReadonlyMap<Destination, Reply>> {
  const { destinations } = arrival
  const middle = Math.ceil(destinations.length / 2)
  const failures = new Map<Destination, Reply>()
  for (const part of [destinations.slice(0, middle), destinations.slice(middle)]) {
    const [first] = part
    if (first === undefined) continue
    const its = { ...arrival, destinations: part }
    try {
      await depositCopy(content, its, options)
    } catch (error) {
      if (part.length === 1 && isOfOne(error) && isExpanded(first.route)) {
        await putApart(content, first, its, options)
        apart.push(first)
        continue
      }
      const further = part.length > 1 && isOfOne(error)
      const reply = replyTo(answered(error, options.overQuota), options.log)
      const found = further
        ? await depositApart(content, its, options, apart)
        : part.map(each => [each, reply] as const)
      for (const [destination, failure] of found) failures.set(destination, failure)
    }
  }
  return failures
}

/** All who are behind a destination have the message by way of the queue, where each has its own delivery. */
async function putApart(
  content: PreparedContent,
  destination: Destination,
  arrival: Arrival,
  { store, deliverer }: AcceptOptions,
): Promise<void> {
  const copy = await copied(store, content)
  try {
    const enqueue = await deliverer.apart(destination, arrival)
    await store.messages.deposit({ content: copy, deliveries: [], enqueue })
  } finally {
    await copy.discard()
  }
}

async function depositCopy(
  content: PreparedContent,
  arrival: Arrival,
  { store, deliverer }: AcceptOptions,
): Promise<void> {
  const plan = await deliverer.plan(content, arrival)
  const copy = await copied(store, content)
  try {
    const alone = arrival.destinations.length === 1 && !arrival.destinations.some(({ route }) => isExpanded(route))
    await deliverer.deposit(plan, deposit => store.messages.deposit({ content: copy, ...deposit }), alone)
  } finally {
    await copy.discard()
    await discardAll(plan)
  }
}

/** Gives up what a plan has prepared and nobody has stored; what is stored stays. */
async function discardAll({ contents }: Plan): Promise<void> {
  for (const content of contents) await content.discard()
}

const problemsOfOne: ReadonlySet<Problem> = new Set<Problem>([...remediedProblems, 'no-such-account'])

/** True where one account or mailbox is the cause, so that others may fare better. */
export function isOfOne(error: unknown): error is StoreError {
  return error instanceof StoreError && problemsOfOne.has(error.problem)
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
