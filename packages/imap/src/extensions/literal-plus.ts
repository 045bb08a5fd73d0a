/** LITERAL+, RFC 7888: a client need not wait before it sends a literal. */
import { extension } from '../extension.ts'
import { literalMinusOctets, nonSyncOctets } from '../limits.ts'

export const literalPlus = extension({
  rfc: 7888,
  // Never beside LITERAL- (§5).
  advertise: ({ limits }) => (nonSyncOctets(limits) > literalMinusOctets ? ['LITERAL+'] : []),
  grammar: { nonSyncLiterals: true }, // §4
  codes: ['TOOBIG'],
})
