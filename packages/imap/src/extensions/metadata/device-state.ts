/**
 * How it stands with the devices that a user has registered to be woken, entries of the server that are computed:
 * `/private/vendor/lemonade/notify/state/KIND/NAME`, as JSON. What registers them is stored like any other entry.
 */
import type { MetadataRule } from '../../extension.ts'

const folder = '/private/vendor/lemonade/notify/state/'

export const deviceState: MetadataRule = {
  applies: (name, of) => of === null && name.startsWith(folder),
  async read(session, _, name) {
    const device = await session.store.devices.get(session.account, name.slice(folder.length))
    if (device === null) return null
    const { state, problem, waiting, wokenAt } = device
    const woken = wokenAt === null ? null : new Date(wokenAt).toISOString()
    return Buffer.from(JSON.stringify({ state, problem, waiting, woken }))
  },
}
