/** Names of metadata entries (RFC 5464 §3.2), as several commands have them. */
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import type { Parser } from '../wire/parser.ts'

/** entry = astring ; slash-separated path to entry (RFC 5464 §5). Throws `Bad` where it cannot be one. */
export function metadataEntry(p: Parser, at: Parsing): string {
  return checked(p, at, metadataNameProblem)
}

/** The same, or a name that only others are below, which a client may ask for with those. */
export function metadataPath(p: Parser, at: Parsing): string {
  return checked(p, at, pathProblem)
}

function checked(p: Parser, { limits }: Parsing, problemOf: (name: string) => string | null): string {
  const name = p.astring()
  if (name.length > limits.imapMetadataName) throw new No('The name of an entry is too long', 'LIMIT')
  const problem = problemOf(name)
  if (problem !== null) throw new Bad(problem)
  return name
}

/** Why an entry cannot have that name, as a sentence without its full stop; null where it can. */
export function metadataNameProblem(name: string): string | null {
  const [, , kind, ...below] = name.toLowerCase().split('/')
  const problem = pathProblem(name)
  if (problem !== null) return problem
  if (kind === undefined) return 'An entry has a name below /private or /shared'
  return kind === 'vendor' && below.length < 2 ? 'A vendor has entries below its own name' : null
}

function pathProblem(name: string): string | null {
  if (!/^\/(private|shared)(\/|$)/i.test(name)) return 'An entry begins with /private/ or /shared/'
  if (!/^[ -~]*$/.test(name) || /[*%]/.test(name)) return 'A character that no entry has in its name'
  return name.includes('//') || name.endsWith('/') ? 'A part of the name of an entry is empty' : null
}

/** entries = entry / "(" entry *(SP entry) ")" (RFC 5464 §5) */
export function metadataEntries(p: Parser, at: Parsing, one: typeof metadataEntry = metadataEntry): string[] {
  const names = p.isNext('(') ? p.list1(() => one(p, at)) : [one(p, at)]
  if (names.length > at.limits.imapListItems) throw new No('Too many entries', 'LIMIT')
  return names
}
