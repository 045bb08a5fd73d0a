/** `require` (RFC 5228 §3.2): what a script may use, and the finding where it uses more. */
import type { SourceNode, SourceString } from './parse.ts'
import type { Registry } from './registry.ts'
import type { Report } from './report.ts'
import { shorten } from './wording.ts'

/** The words of all `require` commands, which come before every other command. */
export function requirements(tree: readonly SourceNode[], registry: Registry, report: Report): ReadonlySet<string> {
  const words = new Set<string>()
  let over = false
  for (const node of tree) {
    if (node.name !== 'require') over = true
    else if (over) report.error(node, '"require" must come before every other command.')
    else require(node, words, registry, report)
  }
  return words
}

function require(node: SourceNode, words: Set<string>, registry: Registry, report: Report): void {
  for (const { text, ...at } of argumentOf(node, report)) {
    const owner = registry.capabilities.get(text)
    if (owner !== undefined) for (const word of [text, ...(owner.implies ?? [])]) words.add(word)
    else report.error(at, `The extension "${shorten(text)}" is not available here.`)
  }
}

function argumentOf(node: SourceNode, report: Report): readonly SourceString[] {
  const [given, ...more] = node.arguments
  if (given !== undefined && more.length === 0 && node.tests === null && node.block === null) {
    if (given.kind === 'string') return [given]
    if (given.kind === 'list') return given.strings
  }
  report.error(node, '"require" takes one string or one list of strings, such as require ["fileinto", "copy"];')
  return []
}
