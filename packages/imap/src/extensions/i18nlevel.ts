/**
 * I18NLEVEL=1 and I18NLEVEL=2, RFC 5255 §4: SEARCH, SORT and THREAD compare texts under i;unicode-casemap, and COMPARATOR
 * tells so. The store's index and its sort keys are made under that one collation, so no other is installed.
 */
import { command, extension } from '../extension.ts'
import { Bad, No } from '../problem.ts'
import { ok } from '../response.ts'
import type { Parser } from '../wire/parser.ts'

const installed = 'i;unicode-casemap'

/** RFC 4790 §3.1. */
const longestIdentifier = 254

/** collation-order = ["+" / "-"] collation-wild (RFC 4790 §3.2, §3.3) */
function comparatorOrder(p: Parser): string {
  const order = p.astring()
  if (order.length > longestIdentifier || !/^[+-]?(?:\*|[a-z]\*?)(?:[a-z0-9;=.-]\*?)*$/i.test(order)) {
    throw new Bad('That cannot be a comparator')
  }
  return order
}

/** "-" asks for the opposite order, which is not installed. */
function isMatch(order: string): boolean {
  if (/^\+?default$/i.test(order)) return true
  const pattern = order.replace(/^\+/, '').replaceAll('.', '\\.').replaceAll('*', '.*')
  return new RegExp(`^${pattern}$`, 'i').test(installed)
}

export const comparatorCommand = command({
  states: ['authenticated', 'selected'],
  parse: p => {
    const orders: string[] = []
    while (p.trySp()) orders.push(comparatorOrder(p))
    return orders
  },
  async *run(session, orders) {
    if (orders.length > 0 && !orders.some(isMatch)) throw new No('No such comparator is here', 'BADCOMPARATOR')
    yield session.data(w => w.ascii(`COMPARATOR ${installed}`))
    return ok(`Texts are compared under ${installed}`)
  },
})

export const i18nlevel = extension({
  rfc: 5255,
  advertise: ['I18NLEVEL=1', 'I18NLEVEL=2'],
  commands: { COMPARATOR: comparatorCommand },
  codes: ['BADCOMPARATOR'],
})
