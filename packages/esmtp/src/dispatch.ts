import type { Answer, Conversation } from './extension.ts'
import { replyTo } from './problem.ts'
import { type Reply, replies } from './reply.ts'
import type { Session, State } from './session.ts'
import type { Line } from './wire/intake.ts'

/** What a command in the wrong state is told, by the state that there is (RFC 5321 §4.1.4). */
const outOfOrder = {
  start: replies.helloFirst,
  ready: replies.mailFirst,
  mail: replies.inTransaction,
  recipients: replies.inTransaction,
  content: replies.inMessage,
} as const satisfies Record<State, Reply>

const flawReply = {
  'too-long': replies.lineTooLong,
  'bad-octets': replies.badCommandLine,
  'bare-newline': replies.bareNewlineInCommand,
} as const satisfies Record<NonNullable<Line['flaw']>, Reply>

/**
 * A request of HTTP, a header field, or a PROXY line of somebody who may speak for nobody: somebody was made to speak to us,
 * and what comes next may look like mail.
 */
function isOtherProtocol(verb: string): boolean {
  return /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PRI|PROXY|[!-9;-~]+:.*)$/.test(verb)
}

/** From a line to its replies: row, state, run, and the counts that end a connection. */
export class Dispatcher {
  readonly #conversation: Conversation
  #errors = 0
  #commands = 0

  constructor(conversation: Conversation) {
    this.#conversation = conversation
  }

  /** Refused commands since the last message. */
  get errors(): number {
    return this.#errors
  }

  /** Throws ClientGone. */
  async dispatch(line: Line): Promise<readonly Reply[]> {
    const { session } = this.#conversation
    const { messages } = session
    const before = progress(session)
    const answers = list(await this.#answer(line))
    if (session.messages > messages) {
      this.#errors = 0
      this.#commands = 0
    }
    if (progress(session) <= before) this.#commands++
    if (answers.some(answer => answer.code >= 500)) this.#errors++
    if (answers.some(answer => answer.last === true)) return answers
    if (this.#errors > session.limits.errors) return [...answers, replies.tooManyErrors]
    if (this.#commands > session.limits.commandsWithoutMail) return [...answers, replies.tooManyCommands]
    return answers
  }

  async #answer(line: Line): Promise<Answer> {
    const { session, registry } = this.#conversation
    const space = line.text.indexOf(' ')
    const verb = (space === -1 ? line.text : line.text.slice(0, space)).toUpperCase()
    const argument = space === -1 ? '' : line.text.slice(space + 1)
    const row = registry.commands.get(verb)
    if (line.flaw !== null) {
      const answer = flawReply[line.flaw]
      return row?.octetsFollow === true ? { ...answer, last: true } : answer
    }
    if (row === undefined) return isOtherProtocol(verb) ? replies.otherProtocol : replies.unknownCommand
    if (!row.states.includes(session.state)) return outOfOrder[session.state]
    if (!row.takesArgument && argument.trim() !== '') return replies.badSyntax
    try {
      return await row.run(this.#conversation, argument)
    } catch (error) {
      const answer = replyTo(error, session.log)
      session.log.info({ verb, code: answer.code, status: answer.status }, 'command refused')
      return answer
    }
  }
}

/** Grows with recipients, and with octets of a message that comes by several commands. */
function progress({ transaction }: Session): number {
  return transaction === null ? 0 : transaction.recipients.length + (transaction.assembly?.octets ?? 0)
}

function list(answer: Answer): readonly Reply[] {
  return isList(answer) ? answer : [answer]
}

function isList(answer: Answer): answer is readonly Reply[] {
  return Array.isArray(answer)
}
