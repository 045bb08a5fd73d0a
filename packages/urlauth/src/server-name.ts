/** Whether a URL means this server. */
import type { Store } from '@lemonade/store'

/**
 * True for the server's own name, and for the domains that it has mail of: clients write either (RFC 5550 §8.4.1 has
 * the domain). The port is not looked at, since nobody here knows what stands between a client and this server.
 */
export async function isThisServer(store: Pick<Store, 'domains'>, hostname: string, host: string): Promise<boolean> {
  const name = host.toLowerCase().replace(/\.$/, '')
  return name === hostname.toLowerCase() || (await store.domains.has(name))
}
