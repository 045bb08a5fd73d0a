/** Which servers are asked. */
import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import { type Address, parseEndpoint } from '@lemonade/net'

const usualPort = 53

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`; null where it is no address. */
export function dnsServer(text: string): Address | null {
  if (isIP(text) !== 0) return { host: text, port: usualPort }
  try {
    const { host, port } = parseEndpoint(text)
    return isIP(host) === 0 || port === 0 ? null : { host, port }
  } catch {
    return null
  }
}

/** Those of the system. */
export function systemDnsServers(): readonly Address[] {
  return getServers().flatMap(text => dnsServer(text) ?? [])
}
