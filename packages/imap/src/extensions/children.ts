/** CHILDREN, RFC 3348: LIST says which mailboxes have inferiors. */
import { extension } from '../extension.ts'

export const children = extension({
  rfc: 3348,
  advertise: 'CHILDREN',
  listAttributes: entry => [entry.hasChildren ? '\\HasChildren' : '\\HasNoChildren'], // §3
})
