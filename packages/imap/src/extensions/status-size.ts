/** STATUS=SIZE, RFC 8438: how many octets the messages of a mailbox have together. */
import { extension } from '../extension.ts'

export const statusSize = extension({
  rfc: 8438,
  advertise: 'STATUS=SIZE',
  statusItems: { SIZE: { value: (_, __, counts) => counts.octets } }, // §3: the sum of RFC822.SIZE
})
