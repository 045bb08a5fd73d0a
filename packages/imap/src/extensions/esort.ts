/** ESORT, RFC 5267 §3: SORT with return options. Least and greatest are the first and the last in the order asked for. */
import { extension } from '../extension.ts'

export const esort = extension({ rfc: 5267, advertise: 'ESORT', grammar: { extendedSort: true } })
