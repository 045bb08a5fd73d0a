import { asText, localReceivedField, Refusal, replies, replyTo, returnPathField, textParameters } from '@lemonade/esmtp'
import type { Log } from '@lemonade/net'
import type { Instant, MailSender, PreparedContent, QueueEntry, Store } from '@lemonade/store'
import { isOfOne } from '../accept.ts'
import { type Deliverer, isIdle } from '../deposit.ts'
import { isExpanded } from '../forwarding/routes.ts'
import { answered, type OverQuota } from '../full.ts'
import { isLooping, newId } from '../ingress.ts'
import type { MtaLimits } from '../limits.ts'
import { judge } from '../refusal.ts'
import { returnPathEnd } from '../return-path.ts'
import type { Outcome } from './client.ts'

/**
 * Delivers a queue entry to accounts here and ends it, in one transaction. Null where that is done, else why not.
 */
export async function deliverHere(
  entry: QueueEntry,
  options: {
    readonly store: Store
    readonly deliverer: Deliverer
    readonly hostname: string
    readonly overQuota: OverQuota
    readonly limits: MtaLimits
    readonly log: Log
    readonly now: () => Instant
  },
): Promise<Outcome | null> {
  const { store, deliverer, hostname, overQuota, limits, log, now } = options
  const { notify, orcpt, delayTold: _delay, byTold: _by, direct = false, ...wishes } = entry.options
  const binary = wishes.body === 'BINARYMIME'
  const parameters = { ...wishes, ...textParameters({ ...wishes, binary }) }
  try {
    const route = direct
      ? await deliverer.accountRoute(entry.recipient)
      : await deliverer.route(entry.recipient, senderOf(entry))
    const { bodyStart } = await store.contents.structure(entry.content)
    const header = await store.contents.readAll(entry.content, 0, bodyStart)
    if (isLooping(header, hostname, limits)) throw new Refusal(replies.mailLoop)
    const several = isExpanded(route)
    const id = newId()
    const at = now()
    const received = localReceivedField({ hostname, id, at, for: entry.recipient })
    const prefix = Buffer.from(`${returnPathField(entry.reversePath)}${received}`)
    const whole = await withPrefix(store, entry, prefix, returnPathEnd(header))
    const content = binary ? await asText(store.contents, whole, { binary }) : whole
    const arrival = {
      id,
      at,
      reversePath: entry.reversePath,
      parameters,
      destinations: [
        {
          address: entry.recipient,
          parameters: { ...(notify === undefined ? {} : { notify }), ...(orcpt === undefined ? {} : { orcpt }) },
          route,
        },
      ],
    }
    try {
      const plan = await deliverer.plan(content, arrival)
      // Before the entry ends: after a crash the sender is told twice rather than not at all.
      await deliverer.teller.refuse(arrival, judge(plan, arrival.destinations, 'local').byMessage, content)
      try {
        if (isIdle(plan)) await store.queue.delivered(entry.id)
        else await deliverer.deposit(plan, deposit => store.queue.failed(entry.id, { content, ...deposit }), !several)
      } catch (error) {
        const [destination] = arrival.destinations
        if (!several || !isOfOne(error) || destination === undefined) throw error
        const enqueue = await deliverer.apart(destination, arrival)
        await store.queue.failed(entry.id, { content, deliveries: [], enqueue })
      } finally {
        for (const each of plan.contents) await each.discard()
      }
      await deliverer.teller.tell(arrival, plan, content)
    } finally {
      await content.discard()
    }
    return null
  } catch (error) {
    const { code, status, lines } = replyTo(answered(error, overQuota), log)
    const permanent = code >= 500
    const general = permanent ? '5.0.0' : '4.0.0'
    return {
      sent: false,
      permanent,
      status: status ?? general,
      reply: `${code} ${status ?? general} ${lines.join(' ')}`,
    }
  }
}

/** Who wrote it here; null for mail whose sender was looked at when it came in. */
function senderOf({ reversePath, account }: QueueEntry): MailSender | null {
  return account === null ? null : { address: reversePath, account, isTrusted: false }
}

/** The content with a prefix in place of its first `start` octets. Without any to leave out, no octet is copied. */
async function withPrefix(
  store: Store,
  entry: QueueEntry,
  prefix: Uint8Array,
  start: number,
): Promise<PreparedContent> {
  if (start === 0) return store.contents.reuse(entry.content, prefix)
  const writer = store.contents.writer({ limitOctets: prefix.length + entry.octets })
  try {
    await writer.write(prefix)
    for await (const octets of store.contents.read(entry.content, start)) await writer.write(octets)
    return await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
