import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** RFC 6152 §3. */
    readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME'
  }
}

/** 8BITMIME: BODY=7BIT and BODY=8BITMIME. Eight-bit data without the parameter is taken too, as everybody does. */
export const eightBitMime = extension({
  rfc: 6152,
  advertise: () => '8BITMIME',
  mailParameters: {
    BODY: (value, parameters) => {
      const body = value?.toUpperCase()
      if (body !== '7BIT' && body !== '8BITMIME') throw new Refusal(replies.badParameter)
      parameters.body = body
    },
  },
})
