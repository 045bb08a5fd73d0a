/**
 * Where a request may go. Targets from the operator's own configuration may be anywhere; those that users name must be
 * public addresses, checked at the moment of connecting, so that no name can be turned into an inner one in between.
 */
import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** `public`: nothing that is reserved, private, link-local, loopback or multicast (RFC 6890). */
export type Destinations = 'any' | 'public'

const inner = new BlockList()
const subnets4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
const subnets6 =
  '::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8'
for (const [subnets, family] of [
  [subnets4, 'ipv4'],
  [subnets6, 'ipv6'],
] as const) {
  for (const subnet of subnets.split(' ')) {
    const [network = '', prefix] = subnet.split('/')
    inner.addSubnet(network, Number(prefix), family)
  }
}

/** True for an address of the public Internet. IPv4-mapped IPv6 addresses are judged as what they map. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  return !inner.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

/** Thrown, or given to a connection's callback, for a target that must not be reached. */
export class ForbiddenDestination extends Error {
  constructor(address: string) {
    super(`${address} is no public address`)
    this.name = 'ForbiddenDestination'
  }
}

/** A look-up for `node:http` that answers with public addresses only. Addresses in a URL are no names: check those too. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '')
      return
    }
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (first === undefined) callback(new ForbiddenDestination(hostname), '')
    else if (options.all === true) callback(null, allowed)
    else callback(null, first.address, first.family)
  })
}
