/** Targets of the operator's that are told by the same ways as users' devices: every event, in order, at least once. */
import type { NotifyEvent } from '../event.ts'
import { DeliveryFailed, DeliveryRefused, type DeviceMethod, type Sink, TargetGone } from '../sink.ts'
import { reasonOf } from './attempts.ts'
import { OwnAddress } from './mail.ts'
import { type Wanted, wishesOf } from './wanted.ts'

export interface OperatorTarget extends Wanted {
  /** What a device would register. */
  readonly target: unknown
  /** How many events one notification tells of, and how long the first waits for others. Default: each has its own. */
  readonly batch?: Sink['batch']
}

/** Throws `BadTarget` where the target is none. */
export function operatorSink(method: DeviceMethod, wanted: OperatorTarget): Sink {
  const { name, target, batch } = wanted
  method.describe(target)
  return {
    name: `${method.kind}:${name}`,
    ...(batch && { batch }),
    ...wishesOf(wanted),
    async deliver(events, signal) {
      const last = events.at(-1)
      if (last === undefined) return
      const wake = {
        ...{ id: last.id, account: last.data.user ?? '', device: name, topic: `events-${last.id}` },
        ...({ urgency: 'normal', ttlSeconds: 86_400 } as const),
        payload: events.length === 1 ? { ...last } : { events },
        text: events.map(sentenceOf).join('\n'),
      }
      await method.wake(target, wake, signal).catch((error: unknown) => {
        // A mailbox that is told of others is not told of itself.
        if (error instanceof OwnAddress) return
        if (error instanceof DeliveryRefused) throw new DeliveryRefused(error.message, 0)
        // The operator named it, and will mend it: nothing is lost until then.
        if (error instanceof TargetGone) throw new DeliveryFailed(error.message)
        throw error instanceof DeliveryFailed ? error : new DeliveryFailed(reasonOf(error))
      })
    },
    close: () => method.close(),
  }
}

/** An event in one line, without what a message says. */
export function sentenceOf({ type, data }: NotifyEvent): string {
  const mailbox = data['vnd.lemonade.mailbox']
  const whose = data.user === undefined ? '' : ` ${data.user}`
  const where = typeof mailbox === 'string' ? `, ${mailbox}` : ''
  const which = data.uidset === undefined ? '' : `, UID ${data.uidset}`
  return `${type.replace(/^vnd\.lemonade\./, '')}:${whose}${where}${which}`.replace(/\p{Cc}/gu, ' ').slice(0, 300)
}
