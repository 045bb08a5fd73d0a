/** GETMETADATA (RFC 5464 §4.2). */
import type { MetadataDepth } from '@lemonade/store'
import { command } from '../../extension.ts'
import { mailbox } from '../../grammar/mailbox.ts'
import { metadataEntries, metadataEntry, metadataPath } from '../../grammar/metadata-entry.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad } from '../../problem.ts'
import { ok } from '../../response.ts'
import type { Parser } from '../../wire/parser.ts'
import { bearerOf, type EntryQuery, entryResponses } from './entries.ts'

interface Options {
  readonly maxSize: number
  readonly depth: MetadataDepth
}

const noOptions: Options = { maxSize: Number.POSITIVE_INFINITY, depth: 0 }

/**
 * getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries (RFC 5464 §5). The examples of §4.2.1 and
 * §4.2.2 have the options behind the mailbox, and clients follow either: names of entries begin with a slash.
 */
function parse(p: Parser, at: Parsing): { readonly name: string; readonly query: EntryQuery } {
  p.sp()
  let options = optionsHere(p)
  if (options !== null) p.sp()
  const name = mailbox(p, at)
  p.sp()
  if (options === null) {
    options = optionsHere(p)
    if (options !== null) p.sp()
  }
  const { maxSize, depth } = options ?? noOptions
  const names = metadataEntries(p, at, depth === 0 ? metadataEntry : metadataPath)
  return { name, query: { names, maxSize, depth } }
}

/** getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"; null where entries stand here. */
function optionsHere(p: Parser): Options | null {
  if (!p.isNext('(')) return null
  const start = p.at
  p.char('(')
  const isEntries = p.isNext('/') || p.isString()
  p.rewind(start)
  if (isEntries) return null
  let { maxSize, depth } = noOptions
  const seen = new Set<string>()
  p.list1(() => {
    const option = p.word()
    if (seen.has(option)) throw new Bad(`${option} stands twice`)
    seen.add(option)
    p.sp()
    if (option === 'MAXSIZE') maxSize = p.number()
    else if (option === 'DEPTH') depth = depthHere(p)
    else throw new Bad(`Unknown option ${option}`)
  })
  return { maxSize, depth }
}

/** scope-opt = "DEPTH" SP ("0" / "1" / "infinity") */
function depthHere(p: Parser): MetadataDepth {
  const word = p.word()
  if (word === '0' || word === '1') return word === '0' ? 0 : 1
  if (word === 'INFINITY') return 'infinity'
  throw new Bad('Expected 0, 1 or infinity')
}

export const getMetadata = command({
  states: ['authenticated', 'selected'],
  parse,
  async *run(session, { name, query }) {
    const longest = yield* entryResponses(session, await bearerOf(session, name), query)
    return ok('GETMETADATA completed', longest > 0 ? `METADATA LONGENTRIES ${longest}` : undefined)
  },
})
