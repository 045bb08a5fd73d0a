/** Parameters with a charset (RFC 2231 §4) in another one, cut anew into fragments that lines have room for. */
import { charsetExists, parseParameters } from '@lemonade/mime'
import { encodeText } from './charset.ts'
import { inPieces, type Writing } from './header.ts'

/** RFC 5259 §6: lines shorter than 78. */
const mostLineLength = 77

/** parameter = attribute ["*" section] ["*"] "=" value, with the comments around it. */
interface Parameter {
  readonly source: string
  readonly comments: readonly string[]
  /** Lower case, without section; null for what is no extended parameter. */
  readonly name: string | null
  readonly attribute: string
  readonly section: number
  readonly value: string
  readonly isEncoded: boolean
}

/** The value of a field with its extended parameters converted; all else, and all that cannot be decoded, as it was. */
export function convertParameters(value: string, writing: Writing): string {
  if (!value.includes('*')) return value
  const [head = '', ...rest] = split(value, ';')
  const parameters = rest.map(readParameter)
  const byName = Map.groupBy(parameters, ({ name }) => name)
  let result = head
  for (const each of parameters) {
    if (each.name === null) {
      result += `;${each.source}`
      continue
    }
    // All fragments go where the first stands.
    const fragments = byName.get(each.name) ?? []
    if (fragments[0] !== each) continue
    result += converted(fragments, writing) ?? fragments.map(({ source }) => `;${source}`).join('')
  }
  const lineEnd = /\r?\n$/.exec(value)?.[0] ?? ''
  return result.endsWith(lineEnd) ? result : result + lineEnd
}

/** Null where the value cannot be decoded. */
function converted(fragments: readonly Parameter[], writing: Writing): string | null {
  const first = fragments.find(({ section }) => section <= 0)
  const prefix = /^([^']*)'([^']*)'/.exec(first?.value ?? '')
  if (first === undefined || !first.isEncoded || prefix === null || !charsetExists(prefix[1] as string)) return null
  const joined = fragments.map(({ attribute, value }) => `; ${attribute}=${value}`).join('')
  const text = parseParameters(`x${joined}`).params.find(([name]) => name === first.name)?.[1]
  if (text === undefined) return null
  const name = first.attribute.replace(/\*.*$/, '')
  const start = `${writing.charset.toUpperCase()}'${prefix[2]}'`
  const encode = (part: string) => percentEncoded(encodeText(part, writing.charset, writing.replacement))
  const whole = encode(text)
  // The blank in front and the semicolon behind are on the line too.
  const room = mostLineLength - ` ${name}*=;`.length - start.length
  const comments = fragments.flatMap(each => each.comments).join('')
  const behind = comments === '' ? '' : ` ${comments}`
  if (whole.length <= room) return `;\r\n ${name}*=${start}${whole}${behind}`
  const pieces = inPieces(text, encode, room - '*99'.length)
  const lines = pieces.map((piece, at) => `;\r\n ${name}*${at}*=${at === 0 ? start : ''}${piece}`)
  return lines.join('') + behind
}

function readParameter(source: string): Parameter {
  const comments: string[] = []
  // Comments may stand anywhere; strings in quotes may hold what looks like one.
  const bare = withoutComments(source, comment => comments.push(comment))
  const match = /^\s*([^\s*=]+)(?:\*(0|[1-9]\d{0,3}))?(\*)?\s*=\s*(.*?)\s*$/s.exec(bare)
  const isExtended = match !== null && (match[2] !== undefined || match[3] !== undefined)
  if (!isExtended) return { source, comments, name: null, attribute: '', section: 0, value: '', isEncoded: false }
  const [, name = '', section, star = '', value = ''] = match
  return {
    ...{ source, comments, value, name: name.toLowerCase(), isEncoded: star !== '' },
    attribute: `${name}${section === undefined ? '' : `*${section}`}${star}`,
    section: section === undefined ? -1 : Number(section),
  }
}

/** Cut at a character that stands outside quotes and comments. */
function split(text: string, at: string): readonly string[] {
  const pieces: string[] = []
  let start = 0
  scan(text, (index, place) => {
    if (place !== 'text' || text[index] !== at) return
    pieces.push(text.slice(start, index))
    start = index + 1
  })
  return [...pieces, text.slice(start)]
}

/** Neighbouring comments count as one: nothing stands between them. */
function withoutComments(text: string, found: (comment: string) => void): string {
  let bare = ''
  let comment = ''
  scan(text, (index, place) => {
    if (place === 'comment') {
      comment += text[index]
      return
    }
    if (comment !== '') found(comment)
    comment = ''
    bare += text[index]
  })
  if (comment !== '') found(comment)
  return bare
}

type Place = 'text' | 'quotes' | 'comment'

/** Visits each character with the place that it stands in; delimiters belong to what they enclose. */
function scan(text: string, visit: (index: number, place: Place) => void): void {
  let depth = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (depth > 0) {
      visit(at, 'comment')
      if (character === '\\' && at + 1 < text.length) visit(++at, 'comment')
      else if (character === '(') depth++
      else if (character === ')') depth--
    } else if (isQuoted) {
      visit(at, 'quotes')
      if (character === '\\' && at + 1 < text.length) visit(++at, 'quotes')
      else if (character === '"') isQuoted = false
    } else {
      if (character === '(') depth = 1
      else if (character === '"') isQuoted = true
      visit(at, depth > 0 ? 'comment' : isQuoted ? 'quotes' : 'text')
    }
  }
}

/** attribute-char of RFC 2231 §7 stands for itself. */
function percentEncoded(octets: Buffer): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    if (/[A-Za-z0-9!#$&+.^_`{|}~-]/.test(character)) text += character
    else text += `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
