/** Finds the texts that the code says to people: what a catalogue must have. Not part of the server. */
import { readdir, readFile } from 'node:fs/promises'

/** By callee, which argument is a text. */
const said: Readonly<Record<string, number>> = {
  'new No': 0,
  'new Bad': 0,
  'new Bye': 0,
  ok: 0,
  no: 0,
  bad: 0,
  say: 0,
  expected: 0,
  info: 1,
}
const call =
  /\b(new No|new Bad|new Bye|say|expected|(?<!\.)(?:ok|no|bad|info))\(|\btext: (?=['"`])|^ {2}\S+: \['[A-Z]+', (?=['"`])/gm
/** A word of the protocol, or a punctuation mark of it: the same in every language. */
const isToken = /^(?:[A-Z][A-Z-]*|"[^ ]+")$/
const literal = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`/g

/** Every text of the sources in a folder, with `{}` where it has something of its own. */
export async function textsOf(folder: URL): Promise<ReadonlySet<string>> {
  const texts = new Set<string>()
  for (const file of await readdir(folder, { recursive: true })) {
    if (!file.endsWith('.ts') || /\.(test|testing)\.ts$|^extensions\/language\//.test(file)) continue
    const source = await readFile(new URL(file, folder), 'utf8')
    for (const match of source.matchAll(call)) {
      const callee = match[1]
      const start = match.index + match[0].length
      const argument = argumentsFrom(source, start)[callee === undefined ? 0 : (said[callee] as number)] ?? ''
      for (const text of literalsOf(argument)) if (!isToken.test(text)) texts.add(text)
    }
  }
  return texts
}

function literalsOf(argument: string): string[] {
  return [...argument.matchAll(literal)].map(([, single, double, template]) =>
    template === undefined
      ? ((single ?? double) as string).replace(/\\(.)/g, '$1')
      : template.replace(/\$\{[^{}]*\}/g, '{}'),
  )
}

/** The arguments of a call, from behind its parenthesis on. */
function argumentsFrom(source: string, start: number): string[] {
  const found: string[] = []
  let depth = 0
  let from = start
  let quote = ''
  for (let at = start; at < source.length; at++) {
    const char = source[at] as string
    if (quote !== '') {
      if (char === '\\') at++
      else if (char === quote) quote = ''
    } else if (/['"`]/.test(char)) quote = char
    else if (/[([{]/.test(char)) depth++
    else if (/[)\]}]/.test(char) && depth-- === 0) {
      found.push(source.slice(from, at))
      return found
    } else if (char === ',' && depth === 0) {
      found.push(source.slice(from, at))
      from = at + 1
    }
  }
  return found
}
