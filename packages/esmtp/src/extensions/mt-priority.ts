import { headerFields, unfoldedText } from '@lemonade/mime'
import { extension } from '../extension.ts'
import { Refusal } from '../problem.ts'
import { reply } from '../reply.ts'

declare module '../session.ts' {
  interface MailParameters {
    /** What the client asks for, -9 to 9; what it gets is the role's to say (RFC 6710 §4.1). */
    readonly priority?: number
  }
}

/** priority-value = (["-"] NZDIGIT) / "0" (RFC 6710 §7) */
const priorityValue = /^(?:-?[1-9]|0)$/

const badPriority = reply(501, '5.5.2', 'MT-PRIORITY is a number from -9 to 9')

/**
 * MT-PRIORITY: which messages go first (RFC 6710), by the policy of MIXER: -4, 0 and 4 stand for non-urgent, normal and
 * urgent (RFC 6710 Appendix B); each level between them is a level of its own.
 */
export const mtPriority = extension({
  rfc: 6710,
  advertise: () => 'MT-PRIORITY MIXER',
  mailParameters: {
    'MT-PRIORITY': (value, parameters) => {
      if (value === null || !priorityValue.test(value)) throw new Refusal(badPriority)
      parameters.priority = Number(value)
    },
  },
})

/** The priority that a message has. */
export interface Priority {
  readonly value: number
  /** Somebody has asked for one. */
  readonly asked: boolean
  /** It is not what was asked for. */
  readonly changed: boolean
}

/**
 * The priority of a message: what MAIL asks for, else what its header does (RFC 6758 §3.1), as far as who sends it may
 * have it. Everybody may have a lower one than usual (RFC 6710 §4.1).
 */
export function priorityOf(asked: number | undefined, header: Uint8Array, highest: number): Priority {
  const wanted = asked ?? priorityField(header)
  const value = Math.min(wanted ?? 0, highest)
  return { value, asked: wanted !== null, changed: value !== (wanted ?? 0) }
}

/**
 * "MT-Priority:" [CFWS] priority-value [CFWS] CRLF (RFC 6758 §4). Null where there is none, where there are several, or
 * where it is something else.
 */
function priorityField(header: Uint8Array): number | null {
  const [field, other] = headerFields(header).filter(({ nameLower }) => nameLower === 'mt-priority')
  if (field === undefined || other !== undefined) return null
  const text = unfoldedText(header, field).slice(0, 998)
  const value = withoutComments(text).trim()
  return priorityValue.test(value) ? Number(value) : null
}

/** comment = "(" *([FWS] ccontent) [FWS] ")" (RFC 5322 §3.2.2) */
function withoutComments(text: string): string {
  let depth = 0
  let rest = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (depth > 0 && character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')' && depth > 0) depth--
    else if (depth === 0) rest += character
  }
  return rest
}

/** What a client is told of its message, and of a priority that it did not ask for (RFC 6710 §4.1). */
export function acceptedReply(
  text: string,
  { value, changed }: Pick<Priority, 'value' | 'changed'>,
): ReturnType<typeof reply> {
  if (!changed) return reply(250, '2.0.0', text)
  return reply(250, '2.3.6', `${value} is the priority of the message. ${text}`)
}
