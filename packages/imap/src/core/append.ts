/** APPEND (RFC 3501 §6.3.11), open to kinds of data and options (RFC 4466 §2.3). */
import type { Appended, NewMessage, PreparedContent } from '@lemonade/store'
import { type Access, flagRights, reachable } from '../access.ts'
import { type AppendChange, type AppendData, command, extension } from '../extension.ts'
import { flagList } from '../grammar/flags.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { No } from '../problem.ts'
import { type Code, ok } from '../response.ts'
import type { Session } from '../session.ts'
import { parseDateTime } from '../wire/date.ts'
import type { Parser } from '../wire/parser.ts'
import { target } from './copy.ts'

/** A message as the command describes it. */
export interface Draft {
  readonly flags: readonly string[]
  readonly internalDate: number | null
  readonly options: readonly AppendChange[]
  readonly content: (session: Session) => Promise<PreparedContent>
}

/** append = "APPEND" SP mailbox 1*append-message; append-message = append-opts SP append-data (RFC 4466 §2.3, RFC 3502 §6.3.11) */
async function parseAppend(p: Parser, at: Parsing): Promise<{ name: string; drafts: readonly Draft[] }> {
  p.sp()
  if (p.isLiteral()) await at.input.load(p)
  const name = mailbox(p, at)
  const drafts: Draft[] = []
  do {
    if (drafts.length === at.limits.imapAppendMessages) throw new No('Too many messages at once', 'LIMIT')
    p.sp()
    drafts.push(await draft(p, at))
  } while (at.tables.grammar.multiAppend && p.isNext(' '))
  return { name, drafts }
}

/** append-message without the space before it: what one message is made of. */
export async function draft(p: Parser, at: Parsing): Promise<Draft> {
  const flags = p.isNext('(') ? flagList(p, at) : null
  if (flags) p.sp()
  const internalDate = p.isNext('"') ? parseDateTime(p) : null
  if (internalDate !== null) p.sp()
  const options: AppendChange[] = []
  for (;;) {
    const word = kind(p)
    const data = at.tables.appendData.get(word)
    if (data) return { flags: flags ?? [], internalDate, options, content: await data.parse(p, at) }
    const option = at.tables.appendOptions.get(word)
    if (option === undefined) p.expected('a literal')
    options.push(await option.parse(p, at))
    p.sp()
  }
}

/** What begins here: a literal's sign, left standing, or a word, read. */
function kind(p: Parser): string {
  if (p.isNext('{')) return '{'
  if (p.isNext('~')) return '~{'
  return p.more() ? p.word() : p.expected('a literal')
}

/**
 * Makes the messages and stores them by `put`; what is not stored leaves nothing behind. Of the flags they have those that
 * the session may set where they go (RFC 4314 §4).
 */
export async function withMessages<T>(
  session: Session,
  to: Access,
  drafts: readonly Draft[],
  put: (messages: readonly NewMessage[]) => Promise<T>,
): Promise<T> {
  const contents: PreparedContent[] = []
  try {
    const messages: NewMessage[] = []
    for (const { flags: wanted, internalDate, options, content } of drafts) {
      const flags = reachable(wanted, flagRights(to.rights))
      let made = await content(session)
      contents.push(made)
      for (const { appendContent } of session.tables.extensions) {
        if (appendContent === undefined) continue
        made = await appendContent(session, made)
        contents.push(made)
      }
      const message = { content: made, flags, ...(internalDate !== null && { internalDate }) }
      messages.push(options.reduce<NewMessage>((so, option) => option(so, session, to), message))
    }
    return await put(messages)
  } finally {
    // That does nothing to content which a transaction has made part of a message.
    for (const content of contents) await content.discard()
  }
}

/** The code that tells what was appended, if an extension has one and the mailbox may be read (RFC 9051 §11.4). */
export function appendCode(session: Session, to: Access, appended: Appended): Code | undefined {
  if (!to.rights.has('r')) return undefined
  const codes = session.tables.extensions.map(one => one.appendCode?.(appended))
  return codes.find(code => code !== undefined)
}

/** What was appended is no news to the session, and may be some to others. */
export async function didAppend(session: Session, appended: Appended): Promise<void> {
  const { mailbox, uids, before, modSeq } = appended
  session.did({ kind: 'messages', mailbox: mailbox.id, before, modSeq, uids })
  await session.happened({ kind: 'append', mailbox: mailbox.id, uids })
}

export const append = command({
  states: ['authenticated', 'selected'],
  streams: true,
  parse: parseAppend,
  async run(session, { name, drafts }) {
    const to = await target(session, name)
    const appended = await withMessages(session, to, drafts, messages =>
      session.store.messages.append(to.mailbox.id, messages),
    )
    await didAppend(session, appended)
    return ok('APPEND completed', appendCode(session, to, appended))
  },
})

/** literal: a whole message (RFC 3501 §6.3.11). */
export const literal: AppendData = {
  async parse(p, { input }) {
    // How a client cancels the command (RFC 3502 §6.3.11).
    if (input.pending?.octets === 0) throw new No('A message cannot be empty', 'CANNOT')
    const content = await input.message(p)
    return async () => content
  },
}

export const appending = extension({
  rfc: 3501,
  commands: { APPEND: append },
  appendData: { '{': literal },
  codes: ['TRYCREATE'],
})
