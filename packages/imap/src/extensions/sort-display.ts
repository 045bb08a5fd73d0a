/** SORT=DISPLAY, RFC 5957: sorting by the names that clients show. */
import { extension } from '../extension.ts'

export const sortDisplay = extension({
  rfc: 5957,
  advertise: 'SORT=DISPLAY',
  sortKeys: { DISPLAYFROM: 'display-from', DISPLAYTO: 'display-to' },
})
