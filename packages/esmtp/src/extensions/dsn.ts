import { extension } from '../extension.ts'
import { decodeUtf8AddressXtext, decodeXtext } from '../grammar/xtext.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY'

declare module '../session.ts' {
  interface MailParameters {
    /** How much of the message a DSN returns (RFC 3461 §4.3). */
    readonly ret?: 'FULL' | 'HDRS'
    /** The sender's own name for the transaction, decoded (RFC 3461 §4.4). */
    readonly envid?: string
  }
  interface RcptParameters {
    /** RFC 3461 §4.1. */
    readonly notify?: readonly Notify[]
    /** The original recipient as `addr-type;address`, decoded (RFC 3461 §4.2). */
    readonly orcpt?: string
  }
}

const conditions: ReadonlySet<string> = new Set(['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'] satisfies Notify[])

/** Longest ENVID and ORCPT as they are on the wire (RFC 3461 §4.4, §4.2). */
const envidOctets = 100
const orcptOctets = 500

/** DSN: what the sender wants to be told of, and how (RFC 3461 §4). */
export const dsn = extension({
  rfc: 3461,
  advertise: () => 'DSN',
  mailParameters: {
    RET: (value, parameters) => {
      const ret = value?.toUpperCase()
      if (ret !== 'FULL' && ret !== 'HDRS') throw new Refusal(replies.badParameter)
      parameters.ret = ret
    },
    ENVID: (value, parameters) => {
      const envid = value === null || value.length > envidOctets ? null : decodeXtext(value)
      // It goes into a header field of the notification, so it must be printable (RFC 3461 §4.4).
      if (envid === null || !/^[ -~]+$/.test(envid)) throw new Refusal(replies.badParameter)
      parameters.envid = envid
    },
  },
  rcptParameters: {
    // "NOTIFY=" ( "NEVER" / 1#notify-list-element )
    NOTIFY: (value, parameters) => {
      const words = (value ?? '').toUpperCase().split(',')
      const sound = words.every(isNotify) && new Set(words).size === words.length
      if (!sound || (words.includes('NEVER') && words.length > 1)) throw new Refusal(replies.badParameter)
      parameters.notify = words
    },
    // "ORCPT=" addr-type ";" xtext
    ORCPT: (value, parameters) => {
      const orcpt = value === null || Buffer.byteLength(value) > orcptOctets ? null : originalRecipient(value)
      if (orcpt === null) throw new Refusal(replies.badParameter)
      parameters.orcpt = orcpt
    },
  },
})

function isNotify(word: string): word is Notify {
  return conditions.has(word)
}

function originalRecipient(value: string): string | null {
  const match = /^([A-Za-z0-9][A-Za-z0-9-]*);(.+)$/su.exec(value)
  if (match === null) return null
  const [, type = '', encoded = ''] = match
  // RFC 6533 §3: addr-type "utf-8" has an encoding of its own.
  const address = type.toLowerCase() === 'utf-8' ? decodeUtf8AddressXtext(encoded) : decodeXtext(encoded)
  if (address === null || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(address)) return null
  return `${type.toLowerCase()};${address}`
}
