/** HTML as text that keeps what the document is made of: headings, lists, links, tables (RFC 5259 §7.2). */
import { compile, type DomNode, type FormatCallback } from 'html-to-text'
import type { ConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { textOf } from './charset.ts'
import { fixedLines, toFlowed } from './flowed.ts'
import { encodedResult } from './recode.ts'
import type { TaskResult, TaskSettings } from './task.ts'

/** Cells that those of a table claim together, for it to be drawn: a claim costs the sender nothing, and the layout much. */
const mostCells = 5_000

/** A document names its charset within so many octets of its start. */
const charsetOctets = 1_024

/** settings: from (charset, or empty), to (charset), replacement, format. */
export function html(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): TaskResult {
  if (octets.length > limits.textOctets) throw new Refusal('The text is too large')
  const given = String(settings['from'] ?? '')
  const source = textOf(octets, given === '' ? declaredCharset(octets) : given)
  checkShape(source, limits)
  const text = tidied(converterFor(limits)(source))
  const isFlowed = settings['format'] === 'flowed'
  return encodedResult(isFlowed ? toFlowed(fixedLines(text)) : text, settings, limits)
}

/** What a `meta` element says, for documents whose part says nothing. */
function declaredCharset(octets: Buffer): string {
  const start = octets.toString('latin1', 0, charsetOctets)
  return /<meta[^>]{1,200}?charset\s*=\s*["']?([\w.:-]{1,60})/i.exec(start)?.[1] ?? ''
}

/** Elements that have no end, or whose end another tag says: they do not nest by being left open. */
const unnested = new Set(
  (
    'area base br col embed hr img input link meta param source track wbr p li dt dd td th tr thead tbody tfoot ' +
    'colgroup option optgroup html head body'
  ).split(' '),
)

/** The parser's work grows with the square of what is open, so what nests without end is refused before. */
function checkShape(source: string, limits: ConvertLimits): void {
  let [tags, depth] = [0, 0]
  for (let at = source.indexOf('<'); at !== -1; at = source.indexOf('<', at + 1)) {
    if (++tags > limits.htmlTags) throw new Refusal('The document has too many parts')
    const isEnd = source[at + 1] === '/'
    const name = /^[a-z][a-z0-9]*/i.exec(source.slice(at + (isEnd ? 2 : 1), at + 20))?.[0].toLowerCase()
    if (name === undefined || unnested.has(name)) continue
    depth = Math.max(0, depth + (isEnd ? -1 : 1))
    if (depth > limits.htmlDepth) throw new Refusal('The document is nested too deep')
  }
}

let compiled: ((html: string) => string) | null = null

function converterFor(limits: ConvertLimits): (html: string) => string {
  compiled ??= compile({
    wordwrap: 76,
    limits: {
      maxInputLength: limits.textOctets,
    },
    formatters: { tableOrLayout, imageText },
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['<', '>'] } },
      { selector: 'img', format: 'imageText' },
      { selector: 'table', format: 'tableOrLayout', options: { uppercaseHeaderCells: false, maxColumnWidth: 40 } },
      // Of a table that only places things each cell is a line; one that is drawn does not ask.
      ...['td', 'th'].map(selector => ({
        selector,
        format: 'block',
        options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
      })),
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(selector => ({ selector, options: { uppercase: false } })),
      ...['head', 'script', 'style', 'title', 'template', 'noscript', 'svg'].map(selector => ({
        selector,
        format: 'skip',
      })),
    ],
  })
  return compiled
}

/** A picture is its words; where it comes from is of no use to who reads text, and tells on who loads it. */
const imageText: FormatCallback = (element, _walk, builder) => {
  const words = element.attribs?.['alt']?.trim() ?? ''
  if (words !== '') builder.addInline(`[${words}]`)
}

/** A table of data is drawn as one; one that only places things is read cell by cell. */
const tableOrLayout: FormatCallback = (element, walk, builder, options) => {
  const format = isData(element) && claimedCells(element) <= mostCells ? 'dataTable' : 'block'
  const formatters = (builder.options as { formatters?: Record<string, FormatCallback> }).formatters
  formatters?.[format]?.(element, walk, builder, options)
}

function isData(table: DomNode): boolean {
  if (/^(?:presentation|none)$/i.test(table.attribs?.['role'] ?? '')) return false
  const inside = descendants(table)
  if (inside.some(({ name }) => name === 'table')) return false
  if (inside.some(({ name }) => name === 'th')) return true
  const rows = inside.filter(({ name }) => name === 'tr')
  const cells = (row: DomNode) => row.children?.filter(({ name }) => name === 'td').length ?? 0
  return rows.length > 1 && rows.every(row => cells(row) > 1)
}

/** Cells with all that they span. */
function claimedCells(table: DomNode): number {
  const claims = (attribs: DomNode['attribs']) =>
    ['colspan', 'rowspan'].reduce((area, name) => area * Math.max(1, Number(attribs?.[name] ?? 1) || 1), 1)
  return descendants(table).reduce((sum, { attribs }) => sum + claims(attribs), 0)
}

/** All elements inside, without recursion: documents are deep as their authors like. */
function descendants(element: DomNode): readonly DomNode[] {
  const found: DomNode[] = []
  const open = [...(element.children ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type !== 'tag') continue
    found.push(next)
    for (const child of next.children ?? []) open.push(child)
  }
  return found
}

/** Line breaks as MIME has them, no blanks at the ends of lines, no more than one line empty. */
function tidied(text: string): string {
  const lines = text.split('\n').map(line => line.trimEnd())
  return `${lines
    .join('\r\n')
    .replace(/(?:\r\n){3,}/g, '\r\n\r\n')
    .trim()}\r\n`
}
