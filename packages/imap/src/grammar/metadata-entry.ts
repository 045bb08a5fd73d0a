/** Names of metadata entries (RFC 5464 §3.2), as several commands have them. */
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Parser } from '../wire/parser.ts'

/** entry = astring ; slash-separated path to entry (RFC 5464 §5). Throws `Bad` where it cannot be one. */
export function metadataEntry(p: Parser, at: Parsing): string {
  const name = metadataPath(p, at)
  const [, , kind, ...below] = name.toLowerCase().split('/')
  if (kind === undefined) throw new Bad('An entry has a name below /private or /shared')
  if (kind === 'vendor' && below.length < 2) throw new Bad('A vendor has entries below its own name')
  return name
}

/** The same, or a name that only others are below, which a client may ask for with those. */
export function metadataPath(p: Parser, { limits }: Parsing): string {
  const name = p.astring()
  if (name.length > limits.imapMetadataName) throw new No('The name of an entry is too long', 'LIMIT')
  if (!/^\/(private|shared)(\/|$)/i.test(name)) throw new Bad('An entry begins with /private/ or /shared/')
  if (!/^[ -~]*$/.test(name) || /[*%]/.test(name)) throw new Bad('A character that no entry has in its name')
  if (name.includes('//') || name.endsWith('/')) throw new Bad('A part of the name of an entry is empty')
  return name
}

/** entries = entry / "(" entry *(SP entry) ")" (RFC 5464 §5) */
export function metadataEntries(p: Parser, at: Parsing, one: typeof metadataEntry = metadataEntry): string[] {
  const names = p.isNext('(') ? p.list1(() => one(p, at)) : [one(p, at)]
  if (names.length > at.limits.imapListItems) throw new No('Too many entries', 'LIMIT')
  return names
}
