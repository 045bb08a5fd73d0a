/** Says where parts can be had by HTTP, as RFC 5616 §3.2 has media servers announced. */
import { type Store, serverAccount } from '@lemonade/store'

const entry = '/shared/mediaServers'

/** The page's path below the public listener. */
export const mediaPath = '/media'

/**
 * Sets the entry, or takes it away where nothing is served. One that an administrator has set to other media servers
 * stays: it holds no URL of this path.
 */
export async function announceMedia(store: Store, hostname: string, port: number | null): Promise<void> {
  const bearer = { mailbox: null, account: serverAccount }
  const url = port === null ? null : `https://${hostname}${port === 443 ? '' : `:${port}`}${mediaPath}`
  const found = await store.metadata.get(bearer, entry)
  if (found !== null && !Buffer.from(found).includes(`${mediaPath}>`)) return
  await store.metadata.set(bearer, [{ name: entry, value: url === null ? null : Buffer.from(`<${url}>:stream`) }])
}
