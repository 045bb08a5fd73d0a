/** Media types as conversions name them (RFC 2045 §5.1, RFC 5259 §10). */
import type { Parameter } from '@lemonade/mime'

/** A concrete media type: all in lower case but the values of parameters. */
export interface MediaType {
  readonly type: string
  readonly subtype: string
  readonly parameters: readonly Parameter[]
}

/** type/subtype, the form in which conversions are listed. */
export function typeName({ type, subtype }: Pick<MediaType, 'type' | 'subtype'>): string {
  return `${type}/${subtype}`
}

/** type-name and subtype-name of RFC 4288 §4.2. */
const restrictedName = /^[a-z0-9][a-z0-9!#$&.+^_-]{0,126}$/

/** Lower case, or null where it is no concrete-mime-type (RFC 5259 §10). */
export function concreteType(text: string): string | null {
  const [type = '', subtype = '', ...more] = text.toLowerCase().split('/')
  return more.length === 0 && restrictedName.test(type) && restrictedName.test(subtype) ? `${type}/${subtype}` : null
}

/** Lower case, or null where it is no mime-type-req: `*`, `type/*` or a concrete type (RFC 5259 §10). */
export function typePattern(text: string): string | null {
  const pattern = text.toLowerCase()
  if (pattern === '*') return pattern
  if (!pattern.endsWith('/*')) return concreteType(pattern)
  return restrictedName.test(pattern.slice(0, -2)) ? pattern : null
}

/** True where a pattern that `typePattern` gave covers a concrete type. */
export function matchesType(pattern: string, concrete: string): boolean {
  return (
    pattern === '*' || pattern === concrete || (pattern.endsWith('/*') && concrete.startsWith(pattern.slice(0, -1)))
  )
}
