/** What the fields of a header say about the body under it: the Content- fields (RFC 2045, 2183, 3282, 2557, 1864). */
import type { FieldValues } from './header.ts'
import { isAscii, type OctetString, octetsOf, textOf, utf8OctetString } from './octets.ts'
import { parseParameters } from './params.ts'
import { type Disposition, type Parameter, type PartProblem, parameter } from './tree.ts'

/** Longer ones are no boundary (RFC 2046 §5.1.1 allows 70); no line of mail holds more (RFC 5322 §2.1.1). */
export const maximumBoundaryOctets = 990

export interface Content {
  readonly type: string
  readonly subtype: string
  readonly params: readonly Parameter[]
  readonly id: string | null
  readonly description: string | null
  readonly encoding: string
  readonly md5: string | null
  readonly disposition: Disposition | null
  readonly language: readonly string[]
  readonly location: string | null
  readonly problem: PartProblem | null
  /** Of a multipart that has a usable one: as octets, since that is how lines are compared with it. */
  readonly boundary: Uint8Array | null
}

type MediaType = Pick<Content, 'type' | 'subtype' | 'params' | 'problem'>

const usAscii: readonly Parameter[] = [['charset', 'us-ascii']]
/** RFC 2045 §5.2. */
const plainText: MediaType = { type: 'text', subtype: 'plain', params: usAscii, problem: null }
/** RFC 2046 §5.1.5: the default in a digest. */
const message: MediaType = { type: 'message', subtype: 'rfc822', params: [], problem: null }

/** The content of a part without any field. */
export const plainContent: Content = {
  ...plainText,
  id: null,
  description: null,
  encoding: '7bit',
  md5: null,
  disposition: null,
  language: [],
  location: null,
  boundary: null,
}

export function contentOf(fields: FieldValues, inDigest: boolean): Content {
  const raw = fields.get('content-type')?.[0]
  const media = raw === undefined ? (inDigest ? message : plainText) : mediaType(raw)
  return {
    type: media.type,
    subtype: media.subtype,
    params: media.params,
    id: text(fields, 'content-id'),
    description: text(fields, 'content-description'),
    encoding: encoding(fields),
    md5: text(fields, 'content-md5'),
    disposition: disposition(fields),
    language: languages(fields),
    // Line breaks within a URI are folding, and so is the white space after them (RFC 2557 §4.4.2).
    location: text(fields, 'content-location')?.replace(/[ \t]+/g, '') ?? null,
    problem: media.problem,
    boundary: media.type === 'multipart' && raw !== undefined ? boundary(raw, media.params) : null,
  }
}

const token = /^[^\s()<>@,;:\\"/[\]?=]+$/

/** content = type "/" subtype *(";" parameter); what cannot be read is text/plain (RFC 2045 §5.2). */
function mediaType(raw: OctetString): MediaType {
  const { value, params } = parseParameters(textOf(raw))
  const slash = value.indexOf('/')
  const type = value.slice(0, slash)
  const subtype = value.slice(slash + 1)
  if (slash === -1 || !token.test(type) || !token.test(subtype)) return { ...plainText, problem: 'bad-content-type' }
  const isPlain = type === 'text' && subtype === 'plain'
  if (isPlain && parameter(params, 'charset') === undefined)
    return { type, subtype, params: [...params, ...usAscii], problem: null }
  return { type, subtype, params, problem: null }
}

function boundary(raw: OctetString, params: readonly Parameter[]): Uint8Array | null {
  const value = parameter(isAscii(raw) ? params : parseParameters(raw).params, 'boundary')
  if (value === undefined) return null
  const octets = octetsOf(isAscii(raw) ? utf8OctetString(value) : (value as OctetString))
  // White space at its end cannot be told from padding in a delimiter line.
  let end = octets.length
  while (end > 0 && (octets[end - 1] === 32 || octets[end - 1] === 9)) end--
  return end === 0 || end > maximumBoundaryOctets ? null : octets.subarray(0, end)
}

function encoding(fields: FieldValues): string {
  const raw = fields.get('content-transfer-encoding')?.[0]
  if (raw === undefined) return '7bit'
  const { value } = parseParameters(textOf(raw))
  return value === '' ? '7bit' : value
}

function disposition(fields: FieldValues): Disposition | null {
  const raw = fields.get('content-disposition')?.[0]
  if (raw === undefined) return null
  const { value, params } = parseParameters(textOf(raw))
  return token.test(value) ? { type: value, params } : null
}

/** Language-List = [CFWS] Language-Tag [CFWS] *("," …) (RFC 3282 §2). */
function languages(fields: FieldValues): readonly string[] {
  const raw = fields.get('content-language')?.[0]
  if (raw === undefined) return []
  return textOf(raw)
    .replace(/\([^()]*\)/g, '')
    .split(',')
    .map(tag => tag.trim())
    .filter(tag => tag !== '')
}

function text(fields: FieldValues, name: string): string | null {
  const raw = fields.get(name)?.[0]
  return raw === undefined || raw === '' ? null : textOf(raw)
}
