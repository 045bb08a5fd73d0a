/** MAIL, RCPT and RSET (RFC 5321 §4.1.1.2, §4.1.1.3, §4.1.1.5). */
import { extension, type ParameterRow } from '../extension.ts'
import { parseParameters } from '../grammar/params.ts'
import { isAscii, type Path, parseForwardPath, parseReversePath } from '../grammar/path.ts'
import { Refusal } from '../problem.ts'
import { type Reply, replies } from '../reply.ts'
import type { MailParameters, RcptParameters, Session, Transaction } from '../session.ts'

export const transaction = extension({
  rfc: 5321,
  commands: {
    // MAIL = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
    MAIL: {
      states: ['ready'],
      takesArgument: true,
      run: async ({ session, registry, receiver }, argument) => {
        countMail(session)
        const path = pathOf('FROM', argument, parseReversePath, replies.badReversePath, session)
        const parameters: MailParameters = {}
        readParameters(path.rest, registry.mailParameters, parameters, session, registry.mailValues)
        if (!isAscii(path.address) && !registry.allowsUtf8Paths(parameters)) throw new Refusal(replies.nonAsciiPath)
        const opened: Transaction = { reversePath: path.address, parameters, recipients: [], assembly: null }
        await receiver.mail(opened)
        session.transaction = opened
        return replies.senderOk
      },
    },
    // RCPT = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
    RCPT: {
      states: ['mail', 'recipients'],
      takesArgument: true,
      run: async ({ session, registry, receiver }, argument) => {
        const { transaction } = session
        if (transaction === null) throw new Refusal(replies.mailFirst)
        if (++session.rcpts > session.limits.recipients) throw new Refusal(replies.tooManyRecipients)
        const path = pathOf('TO', argument, parseForwardPath, replies.badForwardPath, session)
        countDomain(session, path)
        const parameters: RcptParameters = {}
        readParameters(path.rest, registry.rcptParameters, parameters, session)
        if (!isAscii(path.address) && !registry.allowsUtf8Paths(transaction.parameters)) {
          throw new Refusal(replies.nonAsciiPath)
        }
        const recipient = { address: path.address, parameters }
        await receiver.rcpt(transaction, recipient)
        transaction.recipients.push(recipient)
        return replies.recipientOk
      },
    },
    RSET: {
      states: ['start', 'ready', 'mail', 'recipients', 'content'],
      takesArgument: false,
      run: async ({ session }) => {
        await session.endTransaction()
        return replies.reset
      },
    },
  },
})

/** Each MAIL counts, whatever becomes of it (RFC 9422 §4.1). */
function countMail(session: Session): void {
  const { mails } = session.limits
  session.rcpts = 0
  if (++session.mails > mails && mails > 0) throw new Refusal(replies.tooManyMails)
}

/** Counts each domain once, whatever becomes of its recipients (RFC 9422 §4.3). */
function countDomain({ recipientDomains: seen, limits }: Session, { domain }: Path): void {
  const name = domain.toLowerCase()
  if (limits.recipientDomains <= 0 || seen.has(name)) return
  if (seen.size >= limits.recipientDomains) throw new Refusal(replies.tooManyDomains)
  seen.add(name)
}

function pathOf(
  word: 'FROM' | 'TO',
  argument: string,
  parse: (argument: string) => Path | null,
  bad: Reply,
  session: Session,
): Path {
  const colon = argument.indexOf(':')
  if (argument.slice(0, Math.max(colon, 0)).trim().toUpperCase() !== word) throw new Refusal(replies.badSyntax)
  // A space behind the colon is against RFC 5321 §3.3; Outlook Express and many scripts send one.
  const path = parse(argument.slice(colon + 1).trim())
  if (path === null || Buffer.byteLength(path.address) > session.limits.pathOctets) throw new Refusal(bad)
  return path
}

function readParameters<Parameters>(
  text: string,
  rows: ReadonlyMap<string, ParameterRow<Parameters>>,
  parameters: Parameters,
  session: Session,
  values?: ReadonlyMap<string, (parameters: Parameters) => void>,
): void {
  const found = parseParameters(text)
  if (found === null) throw new Refusal(replies.badParameter)
  for (const { keyword, value } of found) {
    const row = session.hello?.extended === true ? rows.get(keyword) : undefined
    if (row === undefined) throw new Refusal(replies.unknownParameter)
    const known = values?.get(`${keyword}=${value?.toUpperCase()}`)
    if (known) known(parameters)
    else row(value, parameters, session)
  }
}
