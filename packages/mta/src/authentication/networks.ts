/** Addresses and networks as the operator writes them. */
import { BlockList, isIP } from 'node:net'

/** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; null where one of them is no such thing. */
export function networks(texts: readonly string[]): BlockList | null {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', bits, ...rest] = text.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    if (version === 0 || address.includes('%') || rest.length > 0) return null
    if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return null
    list.addSubnet(address, bits === undefined ? most : Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

/** Whose mail is taken as it is, unless the operator says otherwise. */
export const thisMachine = networks(['127.0.0.0/8', '::1']) as BlockList

/** Whether a client's address is in one of them. */
export function isIn(list: BlockList, address: string): boolean {
  const plain = plainAddress(address)
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** IPv4 as itself where a socket of IPv6 took it, and no zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}
