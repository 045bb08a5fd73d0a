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
      return headerValues(octets, program.field).some(value => fieldContains(value, program.value))
    case 'body':
      return program.value === '' || texts(octets, ['body']).some(text => contains(text, program.value))
    case 'text':
      return (
        matches(octets, { key: 'body', value: program.value }) ||
        texts(octets, ['header', 'inner-header'])
          .flatMap(text => text.split('\n'))
          .some(field => fieldContains(field, program.value))
      )
    default:
      throw new Error(`no text key: ${program.key}`)
  }
}

function contains(text: string, needle: string): boolean {
  return unicodeCasemap(text).includes(unicodeCasemap(needle.toWellFormed()))
}

/** The same with runs of white space as one space. */
function fieldContains(text: string, needle: string): boolean {
  const squeezed = (each: string): string => unicodeCasemap(each).replace(/[ \t\r\n]+/g, ' ')
  return squeezed(text).includes(squeezed(needle.toWellFormed()))
}

function headerValues(octets: Uint8Array, name: string): string[] {
  const header = octets.subarray(0, parseMessage(octets).bodyStart)
  return headerFields(header)
    .filter(field => field.nameLower === name.toLowerCase())
    .map(field => decodedText(header, field))
}

function texts(octets: Uint8Array, wanted: readonly string[]): string[] {
  const found = searchableText(parseMessage(octets), (start, end) => octets.subarray(start, end))
  return Array.from(found, ({ where, text }) => (wanted.includes(where) ? text : '')).filter(text => text !== '')
}
