import { extension } from '../extension.ts'

/** ENHANCEDSTATUSCODES: every 2yz, 4yz and 5yz reply carries a code of RFC 3463, but for greeting, HELO and EHLO. */
export const enhancedStatusCodes = extension({
  rfc: 2034,
  advertise: () => 'ENHANCEDSTATUSCODES',
  statusCodes: true,
})
