/** A wake-up that somebody asks for, to see whether it arrives: nothing holds it back. */
import type { Device, EventId, Store } from '@lemonade/store'

const patienceMilliseconds = 60_000

/** Leaves it to the server that runs on this store. */
export async function testWakeUp(store: Store, device: Device, now: number): Promise<void> {
  const cursor = await store.outbox.cursor('devices')
  const id = Math.max(cursor, device.pending?.id ?? 0) as EventId
  // What waits already goes with it.
  const content = { since: now, ...device.pending?.content, isTest: true }
  const wakeUp = { device: device.id, id, content, dueAt: now, expiresAt: now + patienceMilliseconds }
  await store.devices.prepare([wakeUp], 'devices', cursor)
}
