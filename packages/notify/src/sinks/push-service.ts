/**
 * Pushes messages to devices through their push services (RFC 8030), encrypted for the device (RFC 8291) and signed with
 * the server's key (RFC 8292).
 */
import webPush from 'web-push'
import type { NotifyLimits } from '../limits.ts'
import { DeliveryRefused, type Urgency } from '../sink.ts'
import { accepted } from './accepted.ts'
import { reasonOf } from './attempts.ts'
import type { Destinations } from './destination.ts'
import { type Post, Poster } from './post.ts'
import type { PushTarget } from './push-devices.ts'

/** The pair by which push services know this server again, base64url (RFC 8292 §3.2). */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

/** Makes a pair. It must be kept: devices subscribe for its public key, and hear of no other. */
export function makeVapidKeys(): VapidKeys {
  return webPush.generateVAPIDKeys()
}

/** True for what can sign. */
export function areVapidKeys({ publicKey, privateKey }: VapidKeys): boolean {
  try {
    webPush.getVapidHeaders('https://push.example', 'mailto:postmaster@example.org', publicKey, privateKey, 'aes128gcm')
    return true
  } catch {
    return false
  }
}

export interface PushServiceOptions {
  readonly keys: VapidKeys
  /** A mailto or https URI of the operator, for the push service's (RFC 8292 §2.1). */
  readonly contact: string
  /** Only with `any` a push service may be reached without TLS. */
  readonly destinations: Destinations
  readonly limits: NotifyLimits
}

export interface PushMessage {
  readonly payload: Buffer
  /** How long a push service keeps it for a device that is away (RFC 8030 §5.2). */
  readonly ttlSeconds: number
  /** What it wakes the device for (RFC 8030 §5.3). */
  readonly urgency: Urgency
  /** A later one with the same topic replaces it (RFC 8030 §5.4). */
  readonly topic?: string
}

/** Octets that every push service takes are 4,096 (RFC 8030 §7.2); the header and the tag take 103 (RFC 8291 §4). */
export const payloadOctets = 3_993

/** Requests to one push service at a time. */
const connections = 8

export class PushService {
  readonly #options: PushServiceOptions
  readonly #poster: Poster

  constructor(options: PushServiceOptions) {
    this.#options = options
    const { requestMilliseconds, answerOctets } = options.limits
    this.#poster = new Poster({ destinations: options.destinations, requestMilliseconds, answerOctets, connections })
  }

  /**
   * Resolves once the push service has taken the message. A service that finds it too large (413) is sent a wake-up without
   * a payload instead. Throws `TargetGone`, `DeliveryFailed`, `DeliveryRefused`, or what the connection threw.
   */
  async push(target: PushTarget, message: PushMessage, signal: AbortSignal): Promise<void> {
    if (target.endpoint.protocol !== 'https:' && this.#options.destinations !== 'any') {
      throw new DeliveryRefused('the push service has no TLS')
    }
    const send = (post: () => Post) => this.#poster.post(target.endpoint, post, signal)
    const answer = await send(() => this.#withPayload(target, message))
    if (answer.status !== 413) return accepted(answer)
    accepted(await send(() => ({ headers: this.#headers(target, message), body: Buffer.alloc(0) })))
  }

  close(): void {
    this.#poster.close()
  }

  #withPayload(target: PushTarget, message: PushMessage): Post {
    return {
      headers: {
        ...this.#headers(target, message),
        ...{ 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' },
      },
      body: encrypted(target, message.payload),
    }
  }

  #headers({ endpoint }: PushTarget, { ttlSeconds, urgency, topic }: PushMessage): Record<string, string> {
    const { contact, keys } = this.#options
    // Valid for this push service and half a day (RFC 8292 §2).
    const signed = webPush.getVapidHeaders(endpoint.origin, contact, keys.publicKey, keys.privateKey, 'aes128gcm')
    return {
      ...{ ttl: `${ttlSeconds}`, urgency, authorization: signed.Authorization },
      ...(topic === undefined ? {} : { topic }),
    }
  }
}

/** With a key of its own, each time. A key of the device's that is on no curve shows only here. */
function encrypted({ publicKey, authSecret }: PushTarget, payload: Buffer): Buffer {
  try {
    return webPush.encrypt(publicKey, authSecret, payload, 'aes128gcm').cipherText
  } catch (error) {
    throw new DeliveryRefused(reasonOf(error))
  }
}
