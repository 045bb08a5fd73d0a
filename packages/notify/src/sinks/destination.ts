/**
 * Where a connection may go. Targets from the operator's own configuration may be anywhere; those that users name must be
 * public addresses or in networks that the operator opened to them.
 *
 * - What is judged is the address that is connected to, each time, after the name was looked up: no name can be turned
 *   into an inner one in between.
 * - An address that is written out passes no look-up and is judged by itself.
 */
import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** `public`: nothing that is reserved, private, link-local, loopback or multicast (RFC 6890), save what is opened. */
export type Destinations = 'any' | 'public' | { readonly publicAnd: BlockList }

const inner = new BlockList()
const subnets4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
const subnets6 =
  '::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8'
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
  return isIP(address) !== 0 && !contains(inner, address)
}

/** Whether a connection may be made to an address. */
export function mayReach(destinations: Destinations, address: string): boolean {
  if (destinations === 'any') return true
  if (isPublicAddress(address)) return true
  return destinations !== 'public' && isIP(address) !== 0 && contains(destinations.publicAnd, address)
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

/** Thrown, or given to a connection's callback, for a target that must not be reached. */
export class ForbiddenDestination extends Error {
  constructor(address: string) {
    super(`${address} is no public address`)
    this.name = 'ForbiddenDestination'
  }
}

/**
 * A look-up for `node:net` and what builds on it, which answers with addresses that may be reached only. Throws
 * `ForbiddenDestination` for a host that is itself an address and must not be.
 */
export function lookupFor(
  destinations: Destinations,
  host: string,
  lookup: LookupFunction = systemLookup as LookupFunction,
): LookupFunction {
  const literal = host.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !mayReach(destinations, literal)) throw new ForbiddenDestination(literal)
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null || !Array.isArray(addresses)) {
        callback(error ?? new Error(`${hostname} has no address`), '')
        return
      }
      const allowed = addresses.filter(({ address }) => mayReach(destinations, address))
      const [first] = allowed
      if (first === undefined) callback(new ForbiddenDestination(hostname), '')
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}
