/** :value and :count (RFC 5231). */
import { extension } from '../extension.ts'
import { keyOf, type Match, prepared } from '../match.ts'
import { type Argument, string } from '../signature.ts'

/** What the sign of an order says, by the names of RFC 5231 §4. */
const relations: Readonly<Record<string, (sign: number) => boolean>> = {
  gt: sign => sign > 0,
  ge: sign => sign >= 0,
  lt: sign => sign < 0,
  le: sign => sign <= 0,
  eq: sign => sign === 0,
  ne: sign => sign !== 0,
}

const relation: Argument = string('relation', {
  constant: true,
  check: name => (Object.hasOwn(relations, name) ? null : 'The relation must be "gt", "ge", "lt", "le", "eq" or "ne".'),
})

/** True where any pair of value and key is in the relation. */
function value(match: Match): boolean {
  const { values, keys, comparator, comparatorName, argument, machine } = match
  const { order } = comparator
  const holds = relations[argument]
  if (order === undefined || holds === undefined)
    return machine.fail('The comparator cannot order, or the relation is none.')
  const wanted = prepared(keys, 'key', comparatorName, key => comparator.key(key))
  return values.some(text => {
    machine.charge(1)
    machine.chargeCharacters(text.length * keys.length)
    const left = keyOf(match, text)
    return left !== null && wanted.some(right => right !== null && holds(order(left, right)))
  })
}

export const relational = extension({
  capabilities: ['relational'],
  rfc: 5231,
  matchTypes: {
    value: { needs: 'ordering', argument: relation, matches: value },
    count: {
      needs: 'ordering',
      argument: relation,
      matches: match => value({ ...match, values: [String(match.count)] }),
    },
  },
})
