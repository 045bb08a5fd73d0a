/** LITERAL+, RFC 7888: a client need not wait before it sends a literal. */
import { extension } from '../extension.ts'

export const literalPlus = extension({
  rfc: 7888,
  advertise: 'LITERAL+',
  grammar: { nonSyncLiterals: true }, // §4
})
