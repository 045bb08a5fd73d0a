/** CHILDREN, RFC 3348: LIST says which mailboxes have inferiors. */
import { extension, type ListEntry } from '../extension.ts'

/** child-mbox-flag (RFC 3348 §3, RFC 5258 §4) */
export function childAttribute({ hasChildren }: ListEntry): string {
  return hasChildren ? '\\HasChildren' : '\\HasNoChildren'
}

export const children = extension({
  rfc: 3348,
  advertise: 'CHILDREN',
  listAttributes: entry => [childAttribute(entry)],
})
