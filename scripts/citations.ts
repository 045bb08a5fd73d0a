/** The one form in which this project cites an RFC: `RFC NNNN`, `RFC NNNN §N.N`, further sections as `§N.N`. */

export interface Citation {
  readonly rfc: number
  /** '' where the whole document is meant. */
  readonly section: string
  readonly line: number
}

export interface Citations {
  readonly found: readonly Citation[]
  /** A sentence each, with the line. */
  readonly problems: readonly string[]
}

/** Anything that a reader would take for a citation, however it is written. */
const anything = /\bRFCs?[\s-]*\d+/gi
/** A section of it, in whatever form. */
const anySection = /^(?:,?\s*(?:§|section|sec\.|sect\.|appendix|app\.)\s*)/i
const section = /^ §((?:\d+|[A-Z])(?:\.\d+)*)(?![\w]|\.\d)/
const further = /^(?:,| and| to| or)? §((?:\d+|[A-Z])(?:\.\d+)*)(?![\w]|\.\d)/
/** Sections by name, where a document does not number them: RFC 5256 §"REFERENCES". */
const named = /^ §"[^"]+"/
const appendix = /^,? appendix [A-Z](?:\.\d+)*/i
/** File names, links and identifiers are no citations: rfc5228.txt, /rfc/rfc3501, RFC822 and RFC822.SIZE. */
const identifier = /^\.[A-Za-z]/

/** Finds and judges every citation of a text. */
export function citationsOf(text: string): Citations {
  const found: Citation[] = []
  const problems: string[] = []
  for (const [at, content] of text.split('\n').entries()) {
    const line = at + 1
    for (const match of content.matchAll(anything)) {
      let rest = content.slice(match.index + match[0].length)
      const before = content[match.index - 1] ?? ' '
      if (match[0] === 'RFC822' || identifier.test(rest) || /[/_"'`.-]/.test(before) || /^rfc\d/.test(match[0]))
        continue
      const number = /^RFC ([1-9]\d{0,4})$/.exec(match[0])
      if (number === null) {
        problems.push(`line ${line}: write "${match[0]}" as RFC NNNN`)
        continue
      }
      const rfc = Number(number[1])
      const names = named.exec(rest) ?? appendix.exec(rest)
      if (names !== null) {
        found.push({ rfc, section: '', line })
        continue
      }
      const sections: string[] = []
      for (let next = section.exec(rest); next !== null; next = further.exec(rest)) {
        sections.push(next[1] as string)
        rest = rest.slice(next[0].length)
      }
      // A reply to a peer is ASCII (RFC 5321 §4.2), which has no such sign.
      const inReply = content.slice(0, match.index).split("'").length % 2 === 0
      if (sections.length === 0 && anySection.test(rest) && !inReply) {
        problems.push(`line ${line}: write the section behind "${match[0]}" as §N.N`)
      }
      for (const each of sections.length === 0 ? [''] : sections) found.push({ rfc, section: each, line })
    }
  }
  return { found, problems }
}

/** True where an RFC's text has a heading of that number. */
export function hasSection(rfcText: string, number: string): boolean {
  const [first = '', ...others] = number.split('.')
  const written = [first, ...others].join('\\.')
  const heading = /^\d/.test(first)
    ? `^\\s{0,8}${written}\\.?\\s+\\S`
    : `^\\s{0,8}(?:Appendix\\s+)?${written}[.:]?(?:\\s|$)`
  return new RegExp(heading, 'm').test(rfcText)
}
