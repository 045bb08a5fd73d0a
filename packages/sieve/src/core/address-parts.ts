/** :all, :localpart, :domain (RFC 5228 §2.7.4). An address that is none has no parts. */
import { extension } from '../extension.ts'

export const addressParts = extension({
  capabilities: [],
  always: true,
  rfc: 5228,
  addressParts: {
    all: { of: address => address.all },
    localpart: { of: address => (address.valid ? address.localPart : null) },
    domain: { of: address => (address.valid ? address.domain : null) },
  },
})
