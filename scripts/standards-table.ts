/** `docs/standards.md` against the extension lists: what is built in stands there, and nothing else does. */

/** An extension as the lists have it. */
export interface Offered {
  readonly rfc: number
  /** Names that a peer sees; none for what has no name of its own. */
  readonly capabilities: readonly string[]
}

interface Row {
  readonly rfc: number
  readonly capabilities: readonly string[]
}

/** One sentence a difference between the tables under a `## heading` and a list. */
export function tableProblems(document: string, heading: string, offered: readonly Offered[]): readonly string[] {
  const rows = rowsUnder(document, heading)
  if (rows === null) return [`there is no "## ${heading}"`]
  const problems: string[] = []
  for (const { rfc, capabilities } of offered) {
    const own = rows.filter(row => row.rfc === rfc)
    if (own.length === 0) problems.push(`"${heading}" has no row for RFC ${rfc}`)
    for (const name of capabilities) {
      if (own.length > 0 && !own.some(row => row.capabilities.includes(name))) {
        problems.push(`"${heading}" does not name \`${name}\` in the row of RFC ${rfc}`)
      }
    }
  }
  for (const row of rows) {
    for (const name of row.capabilities) {
      if (!offered.some(each => each.rfc === row.rfc && each.capabilities.includes(name))) {
        problems.push(`"${heading}" names \`${name}\` of RFC ${row.rfc}, which no extension offers`)
      }
    }
  }
  return problems
}

/** Table rows whose first cell is an RFC; names stand in backticks in the second. */
function rowsUnder(document: string, heading: string): readonly Row[] | null {
  const start = document.indexOf(`\n## ${heading}\n`)
  if (start === -1) return null
  const [section = ''] = document.slice(start + 1).split(/\n(?=## )/, 1)
  return section.split('\n').flatMap(line => {
    const [, first = '', second = ''] = line.split('|')
    const rfc = /RFC (\d+)/.exec(first)?.[1]
    const capabilities = [...second.matchAll(/`([^`]+)`/g)].map(match => match[1] as string)
    return rfc === undefined ? [] : [{ rfc: Number(rfc), capabilities }]
  })
}

/** One sentence a path of this repository that the document names in backticks and that is not there. */
export function missingPaths(document: string, exists: (path: string) => boolean): readonly string[] {
  const named = [...document.matchAll(/`((?:packages|test|scripts|docs)\/[^`]*)`/g)].map(match => match[1] as string)
  return [...new Set(named)].filter(path => !exists(path)).map(path => `it names ${path}, which is not there`)
}
