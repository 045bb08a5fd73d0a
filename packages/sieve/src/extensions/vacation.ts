/** vacation (RFC 5230): answers a message, once in a while for each sender. Who gets no answer is decided here. */
import { addressesOf, judgeMailboxes } from '../address.ts'
import type { Arguments } from '../arguments.ts'
import { whyUnanswerable } from '../automatic.ts'
import { type Asking, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'
import { addressIdentity } from '../outcome.ts'
import type { Value } from '../program.ts'
import { number, string, strings, type Tag } from '../signature.ts'
import type { Act } from '../step.ts'
import { isAscii } from '../text.ts'

const day = 86_400
const defaultDays = 7

/** Fields that name who a message is to (RFC 5230 §4.5). */
const recipientFields = ['to', 'cc', 'bcc', 'resent-to', 'resent-cc', 'resent-bcc']

/** Whether the script has come to a vacation, be it that it answers or not. */
const executed = { initial: (): { yet: boolean } => ({ yet: false }) }

function* vacation(given: Arguments, machine: Machine): Asking<void> {
  const state = machine.state(executed)
  if (state.yet) machine.fail('A script must not answer a message twice: "vacation" has been executed already.')
  if (machine.acts.some(act => act.do === 'reject')) machine.fail(refusedAndAnswered)
  state.yet = true
  const reason = given.text('reason')
  const mime = given.has('mime')
  const wrong = mime ? judgeEntity(reason) : null
  if (wrong !== null) machine.fail(wrong)
  const from = given.has('from') ? given.text('from') : null
  if (from !== null && judgeMailboxes(from) !== null) machine.fail('The ":from" of "vacation" holds no valid address.')
  machine.charge(10)
  if (whyUnanswerable(machine.message, machine.envelope) !== null) return
  const recipient = yield* recipientOf(given, machine)
  if (recipient === null) return
  const [messageId = null] = machine.message.rawHeader('message-id')
  const act: Act = {
    do: 'vacation',
    to: machine.envelope.from,
    recipient,
    from,
    subject: subjectOf(given, machine).toWellFormed(),
    reason: reason.toWellFormed(),
    mime,
    messageId,
    references: machine.message.rawHeader('references')[0] ?? machine.message.rawHeader('in-reply-to')[0] ?? null,
    handle: handleOf(given),
    seconds: secondsOf(given, machine),
  }
  yield* machine.act(act, given, false)
}

/**
 * The owner's address that the message was written to; null where it was written to none of them, so that it is no
 * personal message.
 */
function* recipientOf(given: Arguments, machine: Machine): Asking<string | null> {
  const own = new Set([machine.envelope.to, ...(given.has('addresses') ? given.texts('addresses') : [])].map(folded))
  const named: string[] = []
  for (const value of recipientFields.flatMap(name => machine.message.rawHeader(name))) {
    machine.chargeCharacters(value.length)
    for (const { all, valid } of addressesOf(value)) {
      if (valid && own.has(folded(all))) return all
      if (valid) named.push(all)
    }
  }
  if (named.length === 0) return null
  const addresses = named.slice(0, machine.limits.listStrings)
  const answer = yield { ask: 'own-addresses', addresses }
  if (!Array.isArray(answer)) machine.fail('The host does not say which addresses are the owner’s.')
  return addresses.find((_, at) => answer[at] === true) ?? null
}

/** Whole addresses without regard to case: here a doubt must not make a robot of a person. */
function folded(address: string): string {
  return addressIdentity(address).toLowerCase()
}

/** RFC 5230 §5.3. */
function subjectOf(given: Arguments, machine: Machine): string {
  if (given.has('subject')) return given.text('subject')
  const [subject] = machine.message.header('subject')
  return subject === undefined ? 'Automated reply' : `Auto: ${subject}`
}

/** What makes two responses one: a name, or the arguments as they are written, without the values of variables (§4.2). */
function handleOf(given: Arguments): string {
  if (given.has('handle')) return `handle ${given.text('handle')}`
  const { subject, from, mime, reason } = given.node.arguments
  const written = (value: Value | undefined) => value ?? null
  return `response ${JSON.stringify([subject, from, mime, reason].map(written))}`
}

function secondsOf(given: Arguments, machine: Machine): number {
  const { vacationLeastSeconds, memorySeconds } = machine.limits
  const days = given.has('days') ? given.number('days') : defaultDays
  const [wanted, least] = given.has('seconds')
    ? [given.number('seconds'), vacationLeastSeconds]
    : [days * day, Math.max(day, vacationLeastSeconds)]
  return Math.min(Math.max(wanted, least), memorySeconds)
}

/** A sentence about what is no MIME entity whose header is US-ASCII (RFC 5230 §5), or null. */
function judgeEntity(text: string): string | null {
  const end = /\r\n\r\n|\n\n/.exec(text)
  const header = /^(?:\r\n|\n)/.test(text) ? '' : text.slice(0, end?.index ?? text.length)
  if (!isAscii(header)) return 'The header of a ":mime" reason must be US-ASCII.'
  const sound = header
    .split(/\r?\n/)
    .every((line, at) => line === '' || /^[!-9;-~]+[ \t]*:/.test(line) || (at > 0 && /^[ \t]/.test(line)))
  return sound ? null : 'A ":mime" reason must begin with the header of a MIME entity.'
}

const refusedAndAnswered = 'A message is either refused or answered: "vacation" does not go with "reject".'

const tags: readonly Tag[] = [
  { tag: 'days', group: 'period', argument: number('days') },
  { tag: 'subject', argument: string('subject') },
  { tag: 'from', argument: string('from', { check: judgeMailboxes }) },
  { tag: 'addresses', argument: strings('addresses') },
  { tag: 'mime' },
  { tag: 'handle', argument: string('handle') },
]

export const vacationAction = extension({
  capabilities: ['vacation'],
  rfc: 5230,
  commands: {
    vacation: {
      tags,
      positionals: [string('reason')],
      check: ({ mime, reason }) => (mime === true && typeof reason === 'string' ? judgeEntity(reason) : null),
      run: vacation,
    },
  },
  act(act, _, machine) {
    if (act.do === 'reject' && machine.state(executed).yet) machine.fail(refusedAndAnswered)
    return act
  },
})

/** :seconds (RFC 6131 §2): more often than once a day, or every time. */
export const vacationSeconds = extension({
  capabilities: ['vacation-seconds'],
  rfc: 6131,
  implies: ['vacation'],
  tags: [
    {
      tag: 'seconds',
      group: 'period',
      argument: number('seconds', {
        check: value => (value <= 2 ** 31 ? null : 'The seconds must not be more than 2147483648.'),
      }),
      on: ['vacation'],
    },
  ],
})
