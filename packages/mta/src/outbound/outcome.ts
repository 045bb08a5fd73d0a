import type { StatusCode } from '@lemonade/esmtp'
import type { TimeReason } from '../dsn.ts'
import type { ServerReply } from './channel.ts'

/** What became of one recipient. */
export type Outcome =
  | {
      readonly sent: true
      readonly reply: string
      readonly reportsSuccess: boolean
      /** Why the sender is to hear of it, wherever NOTIFY is not NEVER (RFC 2852 §4.1.4). */
      readonly relayed?: TimeReason
    }
  | {
      readonly sent: false
      readonly permanent: boolean
      readonly status: NonNullable<StatusCode>
      readonly reply: string
    }

/** What a reply that is no success says of a recipient. */
export function outcomeOf({ code, text }: ServerReply): Outcome {
  const permanent = code >= 500
  return { sent: false, permanent, status: statusOf(text, permanent), reply: text }
}

/** The enhanced status code of a reply, or the most general one of its class (RFC 3463 §2). */
function statusOf(reply: string, permanent: boolean): NonNullable<StatusCode> {
  const found = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(reply)?.[1]
  const general = permanent ? '5.0.0' : '4.0.0'
  return found?.[0] === general[0] ? (found as NonNullable<StatusCode>) : general
}

/** Never to be sent so. */
export function refused(status: NonNullable<StatusCode>, reply: string): Outcome {
  return { sent: false, permanent: true, status, reply }
}

/** To be tried again. */
export function deferred(status: NonNullable<StatusCode>, reply: string): Outcome {
  return { sent: false, permanent: false, status, reply }
}
