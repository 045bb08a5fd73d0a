import { type EsmtpExtension, extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

/** A by-value whose by-time has become the time of a clock, in milliseconds since 1970 (RFC 2852 §4). */
export interface TimeLimit {
  readonly at: number
  readonly mode: 'notify' | 'return'
  readonly trace: boolean
}

declare module '../session.ts' {
  interface MailParameters {
    /** Until when the message is to be delivered, and what is to become of it else (RFC 2852 §4). */
    readonly by?: TimeLimit
  }
}

/** by-value = by-time";"by-mode[by-trace]; by-time = ["-" / "+"]1*9digit (RFC 2852 §4) */
const byValue = /^([+-]?\d{1,9});([NR])(T?)$/i

/** DELIVERBY: how soon a message is to be delivered (RFC 2852). By-times count from when MAIL comes. */
export function deliverBy(now: () => number = Date.now): EsmtpExtension {
  return extension({
    rfc: 2852,
    advertise: ({ limits }) => `DELIVERBY ${limits.deliverBySeconds}`,
    mailParameters: {
      BY: (value, parameters, { limits }) => {
        const [, time, mode, trace] = byValue.exec(value ?? '') ?? []
        const seconds = Number(time)
        const isReturn = mode?.toUpperCase() === 'R'
        if (time === undefined || (isReturn && seconds <= 0)) throw new Refusal(replies.badParameter)
        if (isReturn && seconds < limits.deliverBySeconds) throw new Refusal(replies.tooSoon)
        parameters.by = { at: now() + seconds * 1000, mode: isReturn ? 'return' : 'notify', trace: trace !== '' }
      },
    },
  })
}
