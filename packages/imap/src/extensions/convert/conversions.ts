/** CONVERSIONS: which types can be converted to which, and what may be said about how (RFC 5259 §5.1). */
import { typePattern } from '@lemonade/convert'
import { pageOctets } from '../../announce.ts'
import { command } from '../../extension.ts'
import { Bad } from '../../problem.ts'
import { ok } from '../../response.ts'
import type { Parser } from '../../wire/parser.ts'
import { conversionsOf } from './command.ts'

interface Pair {
  readonly from: string
  readonly to: string
}

/** from-mime-type-req, to-mime-type-req: an astring each, though "*" fits into no atom (RFC 5259 §10). */
function pattern(p: Parser): string {
  p.sp()
  const found = typePattern(p.astring())
  if (found === null) throw new Bad('That is no media type')
  return found
}

export const conversions = command<Pair>({
  states: ['authenticated', 'selected'],
  parse: p => ({ from: pattern(p), to: pattern(p) }),
  async *run(session, { from, to }) {
    const { converter } = conversionsOf(session)
    const w = session.writer()
    for (const offer of converter.conversions(from, to)) {
      w.ascii('* CONVERSION ').string(offer.from).sp().string(offer.to)
      if (offer.parameters.length > 0) {
        w.ascii(' (')
        offer.parameters.forEach((name, i) => {
          if (i > 0) w.sp()
          w.string(name)
        })
        w.close()
      }
      w.crlf()
      if (w.length >= pageOctets) yield w.take()
    }
    if (w.length > 0) yield w.take()
    return ok('CONVERSIONS completed')
  },
})
