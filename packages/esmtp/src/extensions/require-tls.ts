import { headerFields, unfoldedText } from '@lemonade/mime'
import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies, reply } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** `required`: it goes on by TLS to servers that are authenticated, or goes back (RFC 8689 §4.2.1). */
    readonly tls?: 'required' | 'optional'
  }
}

const encryptionNeeded = reply(530, '5.7.10', 'Encryption needed: REQUIRETLS comes by TLS')

/** REQUIRETLS: mail that must not travel unprotected (RFC 8689). It is offered, and taken, by TLS alone (RFC 8689 §2). */
export const requireTls = extension({
  rfc: 8689,
  advertise: ({ channel }) => (channel.secure ? 'REQUIRETLS' : null),
  mailParameters: {
    REQUIRETLS: (value, parameters, { channel }) => {
      if (value !== null) throw new Refusal(replies.badParameter)
      if (!channel.secure) throw new Refusal(encryptionNeeded)
      parameters.tls = 'required'
    },
  },
})

/**
 * What a message asks of TLS on its way on (RFC 8689 §4.1): the parameter counts before the header. Absent where it asks
 * for nothing.
 */
export function tlsWish(
  asked: 'required' | 'optional' | undefined,
  header: Uint8Array,
): { readonly tls?: 'required' | 'optional' } {
  if (asked !== undefined) return { tls: asked }
  const [field, other] = headerFields(header).filter(({ nameLower }) => nameLower === 'tls-required')
  // RFC 8689 §3: there must not be two.
  if (field === undefined || other !== undefined) return {}
  return /^no$/i.test(unfoldedText(header, field).trim()) ? { tls: 'optional' } : {}
}
