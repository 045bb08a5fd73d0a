/** :user and :detail (RFC 5233). The site's delimiter counts at its first occurrence, as it does when mail is routed. */
import type { SieveAddress } from '../address.ts'
import { extension } from '../extension.ts'
import type { Machine } from '../machine.ts'

/** Where the delimiter stands; -1 where the local-part has no detail. */
function delimiterAt(address: SieveAddress, machine: Machine): number {
  const { delimiter } = machine.site
  const at = delimiter === '' ? -1 : address.localPart.indexOf(delimiter)
  return at > 0 ? at : -1
}

export const subaddress = extension({
  capabilities: ['subaddress'],
  rfc: 5233,
  addressParts: {
    user: {
      of(address, machine) {
        if (!address.valid) return null
        const at = delimiterAt(address, machine)
        return at === -1 ? address.localPart : address.localPart.slice(0, at)
      },
    },
    detail: {
      of(address, machine) {
        if (!address.valid) return null
        const at = delimiterAt(address, machine)
        return at === -1 ? null : address.localPart.slice(at + machine.site.delimiter.length)
      },
    },
  },
})
