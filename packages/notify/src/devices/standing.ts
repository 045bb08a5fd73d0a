/** The devices of accounts and what their owners want, remembered until a registration or a preference changes. */
import type { AccountId, Device, Store } from '@lemonade/store'
import { BadPreferences, defaultPreferences, type Preferences, preferencesIn } from './preferences.ts'

/** Where registrations and preferences lie in an account's server metadata. */
export const notifyFolder = '/private/vendor/lemonade/notify'

export interface Standing {
  readonly device: Device
  readonly preferences: Preferences
  /** What is wrong with them: then the device is woken for nothing. */
  readonly problem: string | null
}

/** KIND of KIND/NAME. */
export function kindOf({ name }: Pick<Device, 'name'>): string {
  return name.slice(0, name.indexOf('/'))
}

export async function preferencesOf(store: Store, device: Device): Promise<Omit<Standing, 'device'>> {
  const of = { mailbox: null, account: device.account }
  let preferences = defaultPreferences
  try {
    for (const name of ['preferences', `preferences/${device.name}`]) {
      const value = await store.metadata.get(of, `${notifyFolder}/${name}`)
      if (value !== null) preferences = { ...preferences, ...preferencesIn(value) }
    }
  } catch (error) {
    if (!(error instanceof BadPreferences)) throw error
    return { preferences: { ...preferences, on: false }, problem: error.message }
  }
  return { preferences, problem: null }
}

/** What was registered: JSON, or else the text as it is. */
export async function targetOf(store: Store, device: Device): Promise<unknown> {
  const value = await store.metadata.get({ mailbox: null, account: device.account }, `${notifyFolder}/${device.name}`)
  const text = value === null ? '' : Buffer.from(value).toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Removes a device, unless it has been registered anew meanwhile. */
export async function forget(store: Store, { account, name, id }: Device): Promise<void> {
  if ((await store.devices.get(account, name))?.id !== id) return
  await store.metadata.set({ mailbox: null, account }, [{ name: `${notifyFolder}/${name}`, value: null }])
}

export class Standings {
  readonly #store: Store
  readonly #limit: number
  readonly #known = new Map<AccountId, readonly Standing[]>()
  readonly #unwatch: () => void
  /** Grows when something has changed: what was read before is not remembered. */
  #generation = 0

  constructor(store: Store, limit: number) {
    this.#store = store
    this.#limit = limit
    this.#unwatch = store.bus.watchTopic('devices', () => {
      this.#generation++
      this.#known.clear()
    })
  }

  /** Devices that may be woken. */
  async of(account: AccountId): Promise<readonly Standing[]> {
    const known = this.#known.get(account)
    if (known !== undefined) return known
    const generation = this.#generation
    const ready = (await this.#store.devices.of(account)).filter(({ state }) => state === 'ready')
    const all = await Promise.all(
      ready.map(async device => ({ device, ...(await preferencesOf(this.#store, device)) })),
    )
    if (generation === this.#generation) {
      if (this.#known.size >= this.#limit) this.#known.clear()
      this.#known.set(account, all)
    }
    return all
  }

  close(): void {
    this.#unwatch()
  }
}
