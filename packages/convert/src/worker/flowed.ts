/** Text whose lines flow (RFC 3676): paragraphs out of it, and lines of either kind out of paragraphs. */

/** A paragraph, or one line where lines are fixed. */
export interface Paragraph {
  /** How often it is quoted. */
  readonly depth: number
  readonly text: string
}

/** RFC 3676 §4.2: 78 characters at most, with the space at the end. */
const flowedWidth = 76
const fixedWidth = 76

/** Deeper quotes stay in the text: each line of a paragraph repeats its quote. */
const mostDepth = 32

/** RFC 3676 §4.3: a line of its own, which is never taken for one that flows. */
const signature = '-- '

/** Paragraphs of format=flowed (RFC 3676 §4.1 to §4.6); with DelSp=yes a space at a line's end is not part of the text. */
export function flowedParagraphs(text: string, delSp: boolean): readonly Paragraph[] {
  const paragraphs: Paragraph[] = []
  let open: { depth: number; text: string } | null = null
  for (const line of linesOf(text)) {
    const depth = Math.min(/^>*/.exec(line)?.[0].length ?? 0, mostDepth)
    const unquoted = line.slice(depth)
    const content = unquoted.startsWith(' ') ? unquoted.slice(1) : unquoted
    const isSignature = content === signature
    // A quote of another depth ends a paragraph, however its last line ended (RFC 3676 §4.5).
    if (open !== null && (open.depth !== depth || isSignature)) open = null
    const flows: boolean = content.endsWith(' ') && !isSignature
    const piece = flows && delSp ? content.slice(0, -1) : content
    if (open === null) {
      open = { depth, text: piece }
      paragraphs.push(open)
    } else {
      open.text += piece
    }
    if (!flows) open = null
  }
  return paragraphs
}

const quotePattern = new RegExp(`^(?:> ?){0,${mostDepth}}`)

/** The lines of format=fixed, each on its own; `>` and `> ` in front are taken for quotes, as readers do. */
export function fixedLines(text: string): readonly Paragraph[] {
  return linesOf(text).map(line => {
    const quote = quotePattern.exec(line)?.[0] ?? ''
    return { depth: quote.replaceAll(' ', '').length, text: line.slice(quote.length) }
  })
}

/** format=flowed without DelSp (RFC 3676 §4.2, §4.4): spaces at the end of a paragraph would make it flow, so they go. */
export function toFlowed(paragraphs: readonly Paragraph[]): string {
  return paragraphs
    .flatMap(({ depth, text }) => {
      if (text === signature) return [stuffed(text, depth)]
      return wrapped(withoutTrailing(text), flowedWidth - depth - 1, ' ').map(line => stuffed(line, depth))
    })
    .map(line => `${line}\r\n`)
    .join('')
}

/** format=fixed: paragraphs folded at a screen's width, quotes with a space behind them. */
export function toFixed(paragraphs: readonly Paragraph[]): string {
  return paragraphs
    .flatMap(({ depth, text }) => {
      const quote = depth === 0 ? '' : `${'>'.repeat(depth)} `
      if (text === signature) return [quote + text]
      return wrapped(withoutTrailing(text), Math.max(fixedWidth - quote.length, 20), '').map(line => quote + line)
    })
    .map(line => `${line}\r\n`)
    .join('')
}

/** RFC 3676 §4.4: lines that begin with a space, a quote or "From " are stuffed; quoted ones always, so that they read well. */
function stuffed(line: string, depth: number): string {
  return '>'.repeat(depth) + (depth > 0 || /^(?: |>|From )/.test(line) ? ' ' : '') + line
}

/** Lines of at most `width` characters, broken behind spaces, of which `keep` stays; a longer word stays whole. */
function wrapped(text: string, width: number, keep: '' | ' '): readonly string[] {
  const lines: string[] = []
  // Where the text begins: a line of nothing but spaces would be none.
  let start = 0
  while (text[start] === ' ') start++
  const indent = text.slice(0, Math.min(start, width >> 1))
  while (text.length - start > width) {
    const before = text.lastIndexOf(' ', start + width)
    const at = before > start ? before : text.indexOf(' ', start + width)
    if (at === -1) break
    lines.push(withoutTrailing(text.slice(start, at)) + keep)
    start = at
    while (text[start] === ' ') start++
  }
  const [first = '', ...rest] = [...lines, text.slice(start)]
  return [indent + first, ...rest]
}

/** No regular expression: on a long run of spaces it would begin anew at each. */
function withoutTrailing(text: string): string {
  let end = text.length
  while (text[end - 1] === ' ') end--
  return text.slice(0, end)
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/)
  // What follows the last line break is a line only where something stands there.
  if (lines.at(-1) === '') lines.pop()
  return lines
}
