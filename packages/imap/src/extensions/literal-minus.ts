/** LITERAL-, RFC 7888 §5: LITERAL+ for literals of at most 4,096 octets; the operator chooses between the two. */
import { extension } from '../extension.ts'
import { literalMinusOctets, nonSyncOctets } from '../limits.ts'

export const literalMinus = extension({
  rfc: 7888,
  advertise: ({ limits }) => (nonSyncOctets(limits) === literalMinusOctets ? ['LITERAL-'] : []),
  grammar: { nonSyncLiterals: true },
  codes: ['TOOBIG'],
})
