/** MULTIAPPEND, RFC 3502: several messages in one APPEND, all of them or none. */
import { extension } from '../extension.ts'

export const multiAppend = extension({ rfc: 3502, advertise: 'MULTIAPPEND', grammar: { multiAppend: true } })
