/** Which addresses to listen on: the configured ones as they are, the default ones as far as this machine has them. */
import { createServer } from 'node:net'
import type { Address } from '@lemonade/net'
import type { Config } from './config/config.ts'
import { type ByListener, byListener } from './listeners.ts'

/** True where ::1 can be listened on; containers often lack it. */
export function hasIpv6Loopback(): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(0, '::1', () => probe.close(() => resolve(true)))
  })
}

/** A configured ::1 stays, so that its absence is an error with a sentence; a default one is left out. */
export function usableAddresses(
  config: Pick<Config, 'listen' | 'listensByDefault'>,
  ipv6: boolean,
): ByListener<readonly Address[]> {
  return byListener(name =>
    config.listen[name].filter(({ host }) => ipv6 || !config.listensByDefault[name] || host !== '::1'),
  )
}
