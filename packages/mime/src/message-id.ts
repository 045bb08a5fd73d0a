/** Message identifiers (RFC 5322 §3.6.4), normalised as threading wants them (RFC 5256 §3). */
import type { FieldValues } from './header.ts'
import { textOf } from './octets.ts'

/** msg-id = "<" id-left "@" id-right ">". Quoted pieces keep what would else end the id. */
const messageIdPattern = /<((?:[^<>"\\\s]|"(?:[^"\\]|\\.)*")+)>/gs

/** The valid ids in a value, without angle brackets and without quoting, so that equal ids are equal strings. */
export function messageIds(value: string): string[] {
  const ids: string[] = []
  for (const [, quoted = ''] of value.matchAll(messageIdPattern)) {
    const id = quoted.includes('"') ? unquoted(quoted) : quoted
    if (/^[^@]+@./.test(id)) ids.push(id)
  }
  return ids
}

function unquoted(id: string): string {
  return id.replace(/"((?:[^"\\]|\\.)*)"/gs, (_, text: string) => text.replace(/\\(.)/gs, '$1'))
}

export function messageIdOf(fields: FieldValues): string | null {
  return messageIds(all(fields, 'message-id'))[0] ?? null
}

/** Ancestors, oldest first: References, else the first valid id of In-Reply-To (RFC 5256 §3). */
export function referencesOf(fields: FieldValues): readonly string[] {
  const references = messageIds(all(fields, 'references'))
  return references.length > 0 ? references : messageIds(all(fields, 'in-reply-to')).slice(0, 1)
}

function all(fields: FieldValues, name: string): string {
  return (fields.get(name) ?? []).map(textOf).join(' ')
}
