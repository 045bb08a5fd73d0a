import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** RFC 6531 §3.4. */
    readonly smtpUtf8?: boolean
  }
}

/** SMTPUTF8: addresses and header fields in UTF-8. Without the parameter, addresses are US-ASCII (RFC 6531 §3.4). */
export const smtpUtf8 = extension({
  rfc: 6531,
  advertise: () => 'SMTPUTF8',
  mailParameters: {
    SMTPUTF8: (value, parameters) => {
      if (value !== null) throw new Refusal(replies.badParameter)
      parameters.smtpUtf8 = true
    },
  },
  allowsUtf8Paths: parameters => parameters.smtpUtf8 === true,
})
