/** Flags that clients may set (RFC 3501 §2.3.2, §9). */
import { systemFlags } from '@lemonade/store'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Parser } from '../wire/parser.ts'

/** flag-list = "(" [flag *(SP flag)] ")" */
export function flagList(p: Parser, at: Parsing): readonly string[] {
  const flags = p.list(() => settableFlag(p))
  return bounded(flags, at)
}

/** store-att-flags: a flag-list, or flags without parentheses. */
export function storeFlags(p: Parser, at: Parsing): readonly string[] {
  if (p.isNext('(')) return flagList(p, at)
  const flags = [settableFlag(p)]
  while (p.trySp()) flags.push(settableFlag(p))
  return bounded(flags, at)
}

function bounded(flags: readonly string[], at: Parsing): readonly string[] {
  if (flags.length > at.limits.imapListItems) throw new No('Too many flags', 'LIMIT')
  return flags
}

/** A system flag in its own spelling, or a keyword. \Recent is the server's alone. */
function settableFlag(p: Parser): string {
  const flag = p.flag()
  if (!flag.startsWith('\\')) return flag
  const known = systemFlags.find(name => name.toLowerCase() === flag.toLowerCase())
  if (known === undefined) throw new Bad(`${flag} is no flag that can be set`)
  return known
}
