/** The arguments of CONVERT (RFC 5259 §10). */
import { type ConversionParameter, concreteType } from '@lemonade/convert'
import { type Partial, partial, type Section, section, sectionPart } from '../../grammar/section.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, No } from '../../problem.ts'
import type { Parser } from '../../wire/parser.ts'

/** What is asked of one part: how it is after conversion, or what it can be converted to. */
export interface PartItem {
  readonly name: 'AVAILABLECONVERSIONS' | 'BODYPARTSTRUCTURE' | 'BINARY.SIZE' | 'BINARY'
  /** Of the converted octets; BINARY only. */
  readonly partial: Partial | null
}

/** All that is asked of one part, in the order in which it is answered. */
export interface PartGroup {
  readonly path: readonly number[]
  readonly items: readonly PartItem[]
}

/** BODY[…HEADER] or BODY[…MIME]. */
export interface HeaderGroup {
  readonly header: Section
}

/** Which conversion. */
export interface Wanted {
  /** type/subtype in lower case; null for the default conversion (RFC 5259 §6). */
  readonly target: string | null
  readonly parameters: readonly ConversionParameter[]
}

export interface Request extends Wanted {
  readonly groups: readonly (PartGroup | HeaderGroup)[]
  /** UID is asked for. */
  readonly uid: boolean
}

/** What comes first tells how to read what comes after it (RFC 5259 §8.2). */
const order: readonly PartItem['name'][] = ['AVAILABLECONVERSIONS', 'BODYPARTSTRUCTURE', 'BINARY.SIZE', 'BINARY']

/** convert-params SP (convert-att / "(" convert-att *(SP convert-att) ")") */
export function request(p: Parser, at: Parsing): Request {
  const { target, parameters } = convertParams(p, at)
  p.sp()
  const atts = p.isNext('(') ? p.list1(() => convertAtt(p, at)) : [convertAtt(p, at)]
  if (atts.length > at.limits.imapFetchItems) throw new No('Too many items', 'LIMIT')
  const groups = grouped(atts)
  if (target !== null && groups.some(group => 'header' in group))
    throw new Bad('Headers are converted by the default conversion, NIL')
  return { target, parameters, groups, uid: atts.includes('UID') }
}

/** SP "(" (quoted-to-mime-type / default-conversion) [SP "(" transcoding-params ")"] ")" */
export function convertParams(p: Parser, at: Parsing): Wanted {
  p.sp()
  p.char('(')
  const target = p.tryWord('NIL') ? null : mediaType(p)
  const parameters = p.trySp() ? transcodingParams(p, at) : []
  p.char(')')
  return { target, parameters }
}

/** quoted-to-mime-type = DQUOTE to-mime-type DQUOTE */
function mediaType(p: Parser): string {
  const type = concreteType(p.string())
  if (type === null) throw new Bad('That is no media type')
  return type
}

/** "(" transcoding-param-name SP transcoding-param-value … ")" */
function transcodingParams(p: Parser, { limits }: Parsing): readonly ConversionParameter[] {
  const parameters: ConversionParameter[] = []
  p.char('(')
  do {
    const name = p.astring()
    p.sp()
    parameters.push([name, p.astring()])
    if (parameters.length > limits.imapListItems) throw new No('Too many parameters', 'LIMIT')
  } while (p.trySp())
  p.char(')')
  return parameters
}

type Att = 'UID' | { readonly path: readonly number[]; readonly item: PartItem } | HeaderGroup

/** convert-att */
function convertAtt(p: Parser, at: Parsing): Att {
  const name = p.name()
  switch (name) {
    case 'UID':
      return name
    case 'BINARY': {
      const path = sectionPart(p, at)
      return { path, item: { name, partial: partial(p) } }
    }
    case 'BINARY.SIZE':
    case 'BODYPARTSTRUCTURE':
    case 'AVAILABLECONVERSIONS':
      return { path: sectionPart(p, at), item: { name, partial: null } }
    case 'BODY': {
      const header = section(p, at)
      if (header.text !== 'HEADER' && header.text !== 'MIME') throw new Bad('Only whole headers can be converted')
      return { header }
    }
    default:
      throw new Bad('Unknown item')
  }
}

/** By part, in the order in which parts are first named. */
function grouped(atts: readonly Att[]): Request['groups'] {
  const groups: (PartGroup | HeaderGroup)[] = []
  const byPath = new Map<string, PartItem[]>()
  for (const att of atts) {
    if (att === 'UID') continue
    if ('header' in att) {
      groups.push(att)
      continue
    }
    const key = att.path.join('.')
    const items = byPath.get(key) ?? []
    if (items.length === 0) groups.push({ path: att.path, items })
    byPath.set(key, items)
    items.push(att.item)
  }
  for (const items of byPath.values()) items.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return groups
}
