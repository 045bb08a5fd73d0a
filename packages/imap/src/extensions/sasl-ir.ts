/** SASL-IR, RFC 4959: AUTHENTICATE may bring the first response along. */
import { extension } from '../extension.ts'

export const saslIr = extension({
  rfc: 4959,
  advertise: 'SASL-IR',
  grammar: { initialResponse: true }, // §3
})
