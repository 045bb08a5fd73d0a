/**
 * Devices that an account has registered for Web Push: entries of its server metadata (RFC 5464), one a device, that any
 * mail program can set over IMAP. The value is what a browser's `PushSubscription.toJSON()` gives:
 *
 *     SETMETADATA "" (/private/vendor/lemonade/notify/webpush/phone
 *       {"endpoint":"https://push.example.net/p/JzLQ3raZ","keys":{"p256dh":"BCVx…","auth":"BTBZ…"}})
 */
import type { Account, Store } from '@lemonade/store'

const folder = '/private/vendor/lemonade/notify/webpush/'

/** Where to push, and for whom to encrypt (RFC 8291 §2.1). */
export interface PushTarget {
  readonly endpoint: URL
  /** The device's public key and the secret shared with it, base64url. */
  readonly publicKey: string
  readonly authSecret: string
}

export interface PushDevice {
  readonly name: string
  /** As it was registered. */
  readonly value: Uint8Array
  /** Null where the entry is no subscription. */
  readonly target: PushTarget | null
}

/** The device of that name, or with `*` all, up to the limit; names compare without regard to case. */
export async function pushDevices(
  store: Store,
  account: Account,
  name: string,
  limit: number,
): Promise<readonly PushDevice[]> {
  const of = { mailbox: null, account: account.id }
  const entries =
    name === '*'
      ? (await store.metadata.sizes(of, folder.slice(0, -1), 1)).slice(0, limit).map(entry => entry.name)
      : [folder + name]
  const found: PushDevice[] = []
  for (const entry of entries) {
    const value = await store.metadata.get(of, entry)
    // One that has not echoed yet may be somebody else's.
    const device = await store.devices.get(account.id, entry.slice(folder.lastIndexOf('/', folder.length - 2) + 1))
    if (value !== null && device?.state === 'ready')
      found.push({ name: entry.slice(folder.length), value, target: pushTarget(value) })
  }
  return found
}

/** Removes a device whose push service knows it no longer, unless it has been registered anew meanwhile. */
export async function forgetDevice(store: Store, account: Account, { name, value }: PushDevice): Promise<void> {
  const of = { mailbox: null, account: account.id }
  const now = await store.metadata.get(of, folder + name)
  if (now === null || Buffer.compare(now, value) !== 0) return
  await store.metadata.set(of, [{ name: folder + name, value: null }])
}

/** Octets of an uncompressed point of P-256, which begins with 4, and of the secret (RFC 8291 §2.1, §3.2). */
const publicKeyOctets = 65
const authSecretOctets = 16

/** Reads a subscription; null for what is none. */
export function pushTarget(value: Uint8Array): PushTarget | null {
  const { endpoint, keys } = record(json(value))
  const { p256dh, auth } = record(keys)
  if (typeof endpoint !== 'string' || typeof p256dh !== 'string' || typeof auth !== 'string') return null
  const url = URL.parse(endpoint)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  const point = octetsOf(p256dh)
  if (point?.length !== publicKeyOctets || point[0] !== 4) return null
  if (octetsOf(auth)?.length !== authSecretOctets) return null
  return { endpoint: url, publicKey: p256dh, authSecret: auth }
}

function json(value: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(value).toString())
  } catch {
    return null
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** Null for what is no base64url. */
function octetsOf(text: string): Buffer | null {
  return /^[\w-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64url') : null
}
