import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** The client's estimate in octets (RFC 1870 §6). */
    readonly size?: number
  }
}

/** SIZE: a message over the limit is refused at MAIL (RFC 1870 §6.1), or at its end where nothing was declared. */
export const size = extension({
  rfc: 1870,
  advertise: ({ limits }) => `SIZE ${limits.messageOctets}`,
  mailParameters: {
    SIZE: (value, parameters, { limits }) => {
      if (value === null || !/^\d{1,20}$/.test(value)) throw new Refusal(replies.badParameter)
      if (Number(value) > limits.messageOctets) throw new Refusal(replies.tooBig)
      parameters.size = Number(value)
    },
  },
})
