/**
 * Wakes devices: each with the latest state, when nothing speaks against it, until its wake-up has expired.
 *
 * - Held back: by quiet hours, unless somebody important has written; while the account is told in-band (RFC 5551 §5.3);
 *   by the device's rate. What is held back and read meanwhile is never told.
 * - A target that fails is asked again, less and less often; one that is gone is forgotten; one that refuses is told
 *   nothing more of what it has refused.
 * - A device that must echo is told a challenge first, and nothing else until it has (`…/notify/validate/KIND/NAME`).
 */
import { randomBytes } from 'node:crypto'
import type { Log } from '@lemonade/net'
import type { AccountId, Device, DeviceWakeUp, Store } from '@lemonade/store'
import type { AccountNames } from '../account-names.ts'
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, DeliveryFailed, DeliveryRefused, type DeviceMethod, type DeviceWake, TargetGone } from '../sink.ts'
import { Wake } from '../wake.ts'
import { contentOf, type WakeContent } from './content.ts'
import { type Described, describe, messageTypes } from './describe.ts'
import type { Preferences } from './preferences.ts'
import { quietUntil } from './quiet-hours.ts'
import { forget, kindOf, preferencesOf, targetOf } from './standing.ts'

export interface WakerOptions {
  readonly store: Store
  readonly methods: readonly DeviceMethod[]
  readonly names: AccountNames
  readonly hostname: string
  readonly limits: NotifyLimits
  readonly log: Log
  readonly now: () => number
  /** Tells of an outcome: sent, failed or dropped; `seconds` since the first event that the wake-up is of. */
  readonly count: (kind: string, outcome: 'sent' | 'failed' | 'dropped', seconds: number) => void
  /** 0 to 1, for the jitter. */
  readonly random: () => number
}

export class Waker {
  readonly #options: WakerOptions
  readonly #methods: ReadonlyMap<string, DeviceMethod>
  readonly #wake = new Wake()
  readonly #stopping = new AbortController()
  readonly #leaving = new AbortController()
  readonly #underWay = new Map<number, Promise<void>>()
  /** Accounts whose devices wait for a session to end. */
  readonly #held = new Set<AccountId>()
  readonly #unwatch: readonly (() => void)[]
  readonly #done: Promise<void>
  #unproved = true

  constructor(options: WakerOptions) {
    this.#options = options
    this.#methods = new Map(options.methods.map(method => [method.kind, method]))
    const { bus, presence } = options.store
    this.#unwatch = [
      bus.watchTopic('devices', () => {
        this.#unproved = true
        this.#wake.ring()
      }),
      presence.watch(account => {
        if (this.#held.delete(account)) this.#look(account)
      }),
    ]
    this.#done = this.#run()
  }

  /** There are new wake-ups. */
  ring(): void {
    this.#wake.ring()
  }

  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping.abort()
    for (const end of this.#unwatch) end()
    const timer = setTimeout(() => this.#leaving.abort(), graceMilliseconds)
    await this.#done
    await Promise.all(this.#underWay.values())
    clearTimeout(timer)
  }

  async #run(): Promise<void> {
    const { store, limits, log, now } = this.#options
    const stopping = this.#stopping.signal
    while (!stopping.aborted) {
      try {
        if (this.#unproved) {
          this.#unproved = false
          for (const device of await store.devices.unproved())
            if (device.state === 'new') this.#start(device, () => this.#prove(device))
        }
        const room = limits.wakeUpsUnderWay - this.#underWay.size
        const due = room <= 0 ? [] : await store.devices.due(now(), limits.wakeUpsUnderWay)
        for (const device of due) this.#start(device, () => this.#attend(device))
        if (this.#underWay.size >= limits.wakeUpsUnderWay) await Promise.race(this.#underWay.values())
        else await this.#wake.wait(await this.#restMilliseconds(), stopping)
      } catch (error) {
        if (stopping.aborted) break
        log.error({ err: error }, 'devices cannot be looked after')
        await new Wake().wait(limits.firstRetryMilliseconds, stopping)
      }
    }
  }

  async #restMilliseconds(): Promise<number> {
    const { store, limits, now } = this.#options
    const next = await store.devices.nextDue()
    // What is under way looks due until it is done, and rings then.
    const least = this.#underWay.size > 0 ? limits.firstRetryMilliseconds : 1
    return next === null ? limits.pollMilliseconds : Math.min(limits.pollMilliseconds, Math.max(least, next - now()))
  }

  /** One thing at a time for each device. */
  #start(device: Device, does: () => Promise<void>): void {
    const { store, limits, log, now } = this.#options
    if (this.#underWay.has(device.id) || this.#underWay.size >= limits.wakeUpsUnderWay) return
    const work = does()
      .catch((error: unknown) => {
        log.error({ err: error, device: device.name }, 'a device cannot be woken')
        return store.devices.postpone(device.id, now() + limits.holdMilliseconds, null)
      })
      .catch((error: unknown) => log.error({ err: error }, 'the store cannot put off a wake-up'))
      .finally(() => {
        this.#underWay.delete(device.id)
        this.#wake.ring()
      })
    this.#underWay.set(device.id, work)
  }

  /** What was held back by sessions of an account may go now. */
  #look(account: AccountId): void {
    this.#lookAt(account).catch((error: unknown) =>
      this.#options.log.warn({ err: error }, 'devices of an account cannot be looked at'),
    )
  }

  async #lookAt(account: AccountId): Promise<void> {
    const { devices } = this.#options.store
    // One that is being put off just now is looked at again.
    for (const { id } of await devices.of(account)) await this.#underWay.get(id)
    if (this.#stopping.signal.aborted) return
    for (const device of await devices.of(account)) {
      if (device.pending !== null && device.attempts === 0) this.#start(device, () => this.#attend(device))
    }
  }

  async #attend(device: Device): Promise<void> {
    const { store, now } = this.#options
    const { pending } = device
    if (pending === null) return
    const method = this.#methods.get(kindOf(device))
    if (device.state !== 'ready' || method === undefined) return this.#drop(device, pending, 'it is not in use')
    if (now() > pending.expiresAt) return this.#drop(device, pending, 'it could not be woken in time')
    const { preferences, problem } = await preferencesOf(store, device)
    const content = contentOf(pending)
    const described = await describe(this.#options, device, content, preferences)
    if (!content.isTest) {
      if (!preferences.on) return this.#drop(device, pending, problem)
      if (!hasNews(device, content, described, preferences)) return this.#drop(device, pending, null)
      const until = this.#heldUntil(device, content, preferences)
      if (until > now()) return store.devices.postpone(device.id, until, null)
    }
    await this.#send(device, pending, method, await this.#wakeOf(device, pending, described, preferences), described)
  }

  /** Until when nothing may be sent; now where nothing is against it. */
  #heldUntil(device: Device, { isVip }: WakeContent, preferences: Preferences): number {
    const { limits, now } = this.#options
    const quiet = isVip ? now() : quietUntil(preferences.quietHours, now())
    if (quiet > now()) return quiet
    if (this.#isToldInBand(device, preferences)) {
      this.#held.add(device.account)
      // Looked at again though nobody should say that a session has ended.
      return now() + limits.holdMilliseconds
    }
    const { wakeUps, seconds } = preferences.rate
    const missing = 1 - creditOf(device, preferences, now())
    return missing <= 0 ? now() : now() + Math.ceil((missing * seconds * 1000) / wakeUps)
  }

  #isToldInBand({ account }: Device, { holdWhile, client }: Preferences): boolean {
    if (holdWhile === 'never') return false
    return this.#options.store.presence
      .of(account)
      .some(
        session =>
          (client === null || session.credential === client) && (holdWhile === 'connected' || session.isListening),
      )
  }

  async #wakeOf(
    device: Device,
    pending: DeviceWakeUp,
    described: Described,
    preferences: Preferences,
  ): Promise<DeviceWake> {
    const { names } = this.#options
    const { isVip, isTest } = contentOf(pending)
    return {
      id: pending.id,
      account: (await names.of(device.account)) ?? '',
      device: device.name,
      topic: `lemonade-${device.id}`,
      urgency: isVip ? 'high' : described.isCleared ? 'low' : 'normal',
      ttlSeconds: preferences.ttlSeconds,
      payload: { type: isTest ? 'test' : 'wake', id: pending.id, device: device.name, ...described.payload },
      text: isTest ? 'This is a test of your notifications.' : described.text,
    }
  }

  async #send(
    device: Device,
    pending: DeviceWakeUp,
    method: DeviceMethod,
    wake: DeviceWake,
    described: Described,
  ): Promise<void> {
    const { store, log, count, now } = this.#options
    const { isTest, since } = contentOf(pending)
    const seconds = Math.max(0, now() - since) / 1000
    const facts = { device: device.name, account: wake.account, event: pending.id }
    const { preferences } = await preferencesOf(store, device)
    try {
      await method.wake(await targetOf(store, device), wake, this.#leaving.signal)
      const credit = creditOf(device, preferences, now()) - (isTest ? 0 : 1)
      await store.devices.woken(device.id, pending.id, { credit: Math.max(0, credit), waiting: described.isWaiting })
      count(method.kind, 'sent', seconds)
      log.info(facts, 'a device was woken')
    } catch (error) {
      if (this.#leaving.signal.aborted) return
      await this.#failed(device, pending, error, facts, seconds)
    }
  }

  async #failed(device: Device, pending: DeviceWakeUp, error: unknown, facts: object, seconds: number): Promise<void> {
    const { store, log, count, now, limits, random } = this.#options
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ ...facts, reason, attempts: device.attempts + 1 }, 'a device could not be woken')
    count(kindOf(device), 'failed', seconds)
    if (error instanceof TargetGone) {
      await forget(store, device)
      return log.info({ ...facts, reason }, 'a device is forgotten: it is not there any more')
    }
    if (error instanceof DeliveryRefused || error instanceof BadTarget) return this.#drop(device, pending, reason)
    const asked = error instanceof DeliveryFailed ? (error.retryAfterMilliseconds ?? 0) : 0
    const doubled = Math.min(
      limits.lastRetryMilliseconds,
      limits.firstRetryMilliseconds * 2 ** Math.min(device.attempts, 30),
    )
    await store.devices.postpone(device.id, now() + Math.ceil(Math.max(asked, doubled * (0.5 + random() / 2))), reason)
  }

  async #drop(device: Device, pending: DeviceWakeUp, problem: string | null): Promise<void> {
    const { store, count } = this.#options
    await store.devices.drop(device.id, pending.id, problem)
    count(kindOf(device), 'dropped', 0)
  }

  /** A new device: can it be woken, and is it its owner's? */
  async #prove(device: Device): Promise<void> {
    const { store, log, names } = this.#options
    const method = this.#methods.get(kindOf(device))
    const refuse = (problem: string) => store.devices.setState(device.id, 'refused', { problem })
    if (method === undefined) return refuse(`This server has no notifications by ${kindOf(device)}.`)
    const target = await targetOf(store, device)
    try {
      method.describe(target)
    } catch (error) {
      if (error instanceof BadTarget) return refuse(error.message)
      throw error
    }
    if (!method.mustEcho) return store.devices.setState(device.id, 'ready')
    const challenge = randomBytes(16).toString('base64url')
    await store.devices.setState(device.id, 'asked', { challenge: Buffer.from(challenge) })
    const account = (await names.of(device.account)) ?? ''
    const wake: DeviceWake = {
      ...{ id: 0, account, device: device.name, topic: `lemonade-${device.id}`, urgency: 'high', ttlSeconds: 3600 },
      payload: { type: 'validate', device: device.name, challenge },
      text: `To be notified here of mail to ${account}, confirm with ${challenge}`,
    }
    for (let attempt = 0; ; attempt++) {
      try {
        await method.wake(target, wake, this.#leaving.signal)
        return log.info({ device: device.name, account }, 'a device was asked to echo')
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        if (error instanceof TargetGone) return forget(store, device)
        const isOver = error instanceof DeliveryRefused || attempt + 1 >= this.#options.limits.notificationAttempts
        if (isOver || this.#stopping.signal.aborted) return refuse(`It could not be reached: ${reason}`)
        const asked = error instanceof DeliveryFailed ? (error.retryAfterMilliseconds ?? 0) : 0
        const { firstRetryMilliseconds, lastRetryMilliseconds } = this.#options.limits
        const wait = Math.min(lastRetryMilliseconds, Math.max(asked, firstRetryMilliseconds * 2 ** attempt))
        await new Wake().wait(wait, this.#stopping.signal)
      }
    }
  }
}

/** Wake-ups that a device may have at once, now. */
function creditOf({ credit }: Device, { rate }: Preferences, now: number): number {
  if (credit === null) return rate.wakeUps
  return Math.min(rate.wakeUps, credit.left + ((now - credit.at) / 1000) * (rate.wakeUps / rate.seconds))
}

/** What was read or went away in-band meanwhile is not told. */
function hasNews(device: Device, content: WakeContent, described: Described, preferences: Preferences): boolean {
  if (preferences.messageWaiting && described.isWaiting !== device.waiting) return true
  const types = Object.keys(content.events).filter(type => preferences.events.includes(type))
  if (types.some(type => !messageTypes.has(type))) return true
  return types.length > 0 && (content.messages.length === 0 || described.unread > 0)
}
