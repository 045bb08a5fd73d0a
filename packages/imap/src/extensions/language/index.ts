/** LANGUAGE, RFC 5255 §3: the client says in which language it wants to be told what people read. */
import { namespaces } from '../../core/namespaces.ts'
import { command, extension } from '../../extension.ts'
import { Bad, No } from '../../problem.ts'
import { data, ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Parser } from '../../wire/parser.ts'
import { Catalogue } from './catalogue.ts'
import { german } from './german.ts'

/** What is spoken until another language is asked for (RFC 5255 §3.1, RFC 2277 §4.5): English. */
const byDefault = 'i-default'
/** What "default" asks for. */
const preferred = 'en'

/** By their tags; the texts in the code are English. */
const languages: ReadonlyMap<string, Catalogue | null> = new Map([
  [preferred, null],
  ['de', new Catalogue(german)],
  [byDefault, null],
])

/** language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*" (RFC 4647 §2.1) */
function languageRange(p: Parser): string {
  const range = p.astring()
  if (!/^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/i.test(range)) throw new Bad('That cannot be a language')
  return range.toLowerCase()
}

/** Looks a range up as RFC 4647 §3.4 does: it is cut at its end until a language matches it. */
function lookUp(range: string): string | null {
  if (range === 'default' || range === '*') return preferred
  for (let cut = range; cut !== ''; cut = cut.slice(0, Math.max(0, cut.lastIndexOf('-')))) {
    if (languages.has(cut)) return cut
  }
  return null
}

export const languageCommand = command({
  states: ['not-authenticated', 'authenticated', 'selected'],
  parse: p => {
    const ranges: string[] = []
    while (p.trySp()) ranges.push(languageRange(p))
    return ranges
  },
  async *run(session, ranges) {
    if (ranges.length === 0) {
      yield response([...languages.keys()])
      return ok('The languages that are spoken here')
    }
    const tag = ranges.map(lookUp).find(one => one !== null)
    if (tag == null) throw new No('That language is not spoken here')
    yield response([tag])
    session.kept.set(languages, languages.get(tag) ?? null)
    // Names of namespaces are translated too (RFC 5255 §3.4).
    if (session.state !== 'not-authenticated') yield namespaces(session)
    return ok('LANGUAGE completed')
  },
})

/** language-data = "LANGUAGE" SP "(" lang-tag-quoted *(SP lang-tag-quoted) ")" */
function response(tags: readonly string[]): Uint8Array {
  return data(w => w.ascii('LANGUAGE ').words(tags))
}

function say(session: Session, text: string): string {
  const catalogue = session.kept.get(languages) as Catalogue | null | undefined
  return catalogue?.translate(text) ?? text
}

export const language = extension({
  rfc: 5255,
  advertise: 'LANGUAGE',
  commands: { LANGUAGE: languageCommand },
  say,
})
