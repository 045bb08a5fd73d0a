import { type EsmtpExtension, extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { replies } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** Until when the message is to be held, and the request as it was made (RFC 4865 §3, §5.1.2). */
    readonly release?: { readonly at: number; readonly request: string }
  }
}

/** future-release-integer = %x31-39 *8DIGIT, in seconds (RFC 4865 §3) */
const interval = /^[1-9]\d{0,8}$/

/** date-time in UTC (RFC 3339 §5.6). */
const dateTimeInUtc = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]00:00)$/i

const mostSeconds = 999_999_999

export interface FutureReleaseOptions {
  /** For how long messages are held at most; with 0 none are, and nothing is offered. */
  readonly seconds: number
  readonly now?: () => number
}

/** FUTURERELEASE: messages that go out later (RFC 4865). For submission only (RFC 4865 §4.2). */
export function futureRelease({ seconds, now = Date.now }: FutureReleaseOptions): EsmtpExtension {
  const longest = Math.min(seconds, mostSeconds)
  const hold = (at: number, request: string, parameters: { release?: { at: number; request: string } }): void => {
    const isOver = at > now() + longest * 1000 || at <= now()
    // RFC 4865 §4.2: one hold-param and no more.
    if (isOver || parameters.release !== undefined) throw new Refusal(replies.badParameter)
    parameters.release = { at, request }
  }
  if (longest <= 0) return extension({ rfc: 4865 })
  return extension({
    rfc: 4865,
    advertise: () => `FUTURERELEASE ${longest} ${utcText(now() + longest * 1000)}`,
    mailParameters: {
      HOLDFOR: (value, parameters) => {
        if (value === null || !interval.test(value)) throw new Refusal(replies.badParameter)
        hold(now() + Number(value) * 1000, `for;${value}`, parameters)
      },
      HOLDUNTIL: (value, parameters) => {
        const at = value === null ? null : instantOf(value)
        if (at === null) throw new Refusal(replies.badParameter)
        hold(at, `until;${value}`, parameters)
      },
    },
  })
}

/** Whole seconds are what the limit is told in. */
function utcText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Null where there is no such time. A leap second is the one before it. */
function instantOf(text: string): number | null {
  const match = dateTimeInUtc.exec(text)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  const at = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59))
  const date = new Date(at)
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year
  return isDay && hour < 24 && minute < 60 && second <= 60 ? at : null
}
