/** Devices that are woken by Web Push: a browser's service worker or an application, through its push service (RFC 8030). */
import { BadTarget, type DeviceMethod } from '../sink.ts'
import { pushTarget } from './push-devices.ts'
import { type PushService, payloadOctets } from './push-service.ts'

/** The target is what a browser's `PushSubscription.toJSON()` gives. */
export function webPushDevice(service: PushService): DeviceMethod {
  const targetOf = (target: unknown) => {
    const found = pushTarget(Buffer.from(JSON.stringify(target) ?? ''))
    if (found === null) throw new BadTarget('This is no push subscription: it needs an endpoint and its keys.')
    return found
  }
  return {
    kind: 'webpush',
    mustEcho: true,
    describe: target => targetOf(target).endpoint.host,
    wake: (target, { payload, ttlSeconds, urgency, topic }, signal) =>
      service.push(targetOf(target), { payload: fitting(payload), ttlSeconds, urgency, topic }, signal),
    close: () => service.close(),
  }
}

/** The payload, without its longest values where it is too long for a push. */
export function fitting(payload: Readonly<Record<string, unknown>>): Buffer {
  let left = payload
  for (;;) {
    const text = Buffer.from(JSON.stringify(left))
    if (text.length <= payloadOctets) return text
    const sizes = Object.entries(left).map(([name, value]) => [JSON.stringify(value)?.length ?? 0, name] as const)
    const [, longest] = sizes.reduce((a, b) => (b[0] > a[0] ? b : a))
    left = Object.fromEntries(Object.entries(left).filter(([name]) => name !== longest))
  }
}
