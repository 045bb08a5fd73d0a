/** section-spec as it stands in a URL (RFC 5092 §6, RFC 3501 §9). */
import type { SectionText } from '@lemonade/mime'
import { BadUrl } from './bad-url.ts'

export interface SectionSpec {
  readonly path: readonly number[]
  readonly text: SectionText
  /** Of HEADER.FIELDS and HEADER.FIELDS.NOT. */
  readonly fields: readonly string[]
}

/** Levels of parts, and fields of a header, at most. */
const listItems = 1000

/** section-msgtext / (section-part ["." section-text]); '' is the whole message. Throws `BadUrl`. */
export function parseSection(spec: string): SectionSpec {
  const match = /^((?:[1-9]\d{0,9}(?:\.(?=.)|$))*)(.*)$/.exec(spec)
  const [, numbers = '', rest = ''] = match ?? []
  const path = numbers
    .split('.')
    .filter(number => number !== '')
    .map(Number)
  if (path.length > listItems) throw new BadUrl('The section is too deep')
  if (rest === '') return { path, text: null, fields: [] }
  const text = /^(HEADER|TEXT|MIME|HEADER\.FIELDS(?:\.NOT)?(?= ))(?: \((.+)\))?$/i.exec(rest)
  const name = text?.[1]?.toUpperCase() as SectionText | undefined
  const list = text?.[2]
  if (!name || (name === 'MIME' && path.length === 0)) throw new BadUrl('There is no such section')
  if (name.startsWith('HEADER.FIELDS') !== (list !== undefined)) throw new BadUrl('The section cannot be read')
  return { path, text: name, fields: list === undefined ? [] : fieldNames(list) }
}

/** header-fld-name *(SP header-fld-name), as atoms or quoted strings. */
function fieldNames(list: string): readonly string[] {
  const names = list.split(' ').map(name => /^"([!-9;-~]+)"$|^([!#-'*-9;-Z^-z|}~]+)$/.exec(name))
  if (names.length > listItems) throw new BadUrl('The section names too many fields')
  return names.map(match => {
    const name = match?.[1] ?? match?.[2]
    if (name === undefined) throw new BadUrl('The section cannot be read')
    return name
  })
}
