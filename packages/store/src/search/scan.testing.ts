/** A search without any index, as simple as can be: what the answers of the real one are compared with. */
import { decodedText, headerFields, parseMessage, searchableText, unicodeCasemap } from '@lemonade/mime'
import type { SearchKey } from './program.ts'

/** Whether a message matches a program of text keys, AND, OR, NOT and ALL. */
export function matches(octets: Uint8Array, program: SearchKey): boolean {
  switch (program.key) {
    case 'all':
      return true
    case 'and':
      return program.of.every(key => matches(octets, key))
    case 'or':
      return program.of.some(key => matches(octets, key))
    case 'not':
      return !matches(octets, program.of)
    case 'header':
      return headerValues(octets, program.field).some(value => contains(value, program.value))
    case 'body':
      return program.value === '' || texts(octets, ['body']).some(text => contains(text, program.value))
    case 'text':
      return program.value === '' || texts(octets, ['header', 'body']).some(text => contains(text, program.value))
    default:
      throw new Error(`no text key: ${program.key}`)
  }
}

function contains(text: string, needle: string): boolean {
  return unicodeCasemap(text).includes(unicodeCasemap(needle.toWellFormed()))
}

function headerValues(octets: Uint8Array, name: string): string[] {
  const header = octets.subarray(0, parseMessage(octets).bodyStart)
  return headerFields(header)
    .filter(field => field.nameLower === name.toLowerCase())
    .map(field => decodedText(header, field))
}

function texts(octets: Uint8Array, where: readonly string[]): string[] {
  const found = searchableText(parseMessage(octets), (start, end) => octets.subarray(start, end))
  return Array.from(found)
    .filter(text => where.includes(text.where))
    .flatMap(({ where, text }) => (where === 'header' ? text.split('\n') : [text]))
}
