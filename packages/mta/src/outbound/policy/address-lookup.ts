/** Node's connections with our resolver under them. */
import type { LookupFunction } from 'node:net'
import type { Dns } from '../../dns/record.ts'

/** Whether an address may be connected to that others have named. */
export type MayConnect = (address: string) => boolean

/** For the `lookup` of a socket or a request: IPv4 first, then IPv6. What must not be connected to is not there. */
export function addressLookup(resolver: Dns, mayConnect: MayConnect = () => true): LookupFunction {
  return (host, { all }, done) => {
    addressesOf(resolver, host).then(
      addresses => {
        const found = addresses.filter(({ address }) => mayConnect(address))
        const [first] = found
        if (first === undefined) done(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '')
        else if (all === true) done(null, found)
        else done(null, first.address, first.family)
      },
      error => done(error, ''),
    )
  }
}

interface Found {
  readonly address: string
  readonly family: 4 | 6
}

/** Throws DnsError where neither kind could be looked up. */
async function addressesOf(resolver: Dns, host: string): Promise<Found[]> {
  const [four, six] = await Promise.allSettled([resolver.look(host, 'A'), resolver.look(host, 'AAAA')])
  const found: Found[] = []
  if (four.status === 'fulfilled') for (const address of four.value.records) found.push({ address, family: 4 })
  if (six.status === 'fulfilled') for (const address of six.value.records) found.push({ address, family: 6 })
  if (found.length > 0) return found
  for (const each of [four, six]) if (each.status === 'rejected') throw each.reason
  return []
}
