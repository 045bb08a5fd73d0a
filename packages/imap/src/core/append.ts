/** APPEND (RFC 3501 §6.3.11), open to kinds of data and options (RFC 4466 §2.3). */
import type { NewMessage, PreparedContent } from '@lemonade/store'
import { type AppendData, command, extension } from '../extension.ts'
import { flagList } from '../grammar/flags.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { ok } from '../response.ts'
import type { Session } from '../session.ts'
import { parseDateTime } from '../wire/date.ts'
import type { Parser } from '../wire/parser.ts'

interface Draft {
  readonly flags: readonly string[]
  readonly internalDate: number | null
  readonly options: readonly ((message: NewMessage) => NewMessage)[]
  readonly content: (session: Session) => Promise<PreparedContent>
}

/** append = "APPEND" SP mailbox 1*append-message; append-message = append-opts SP append-data (RFC 4466 §2.3, RFC 3502 §6) */
async function parseAppend(p: Parser, at: Parsing): Promise<{ name: string; drafts: readonly Draft[] }> {
  p.sp()
  if (p.isLiteral()) await at.input.load(p)
  const name = mailbox(p, at)
  const drafts: Draft[] = []
  do {
    p.sp()
    drafts.push(await draft(p, at))
  } while (at.tables.grammar.multiAppend && p.isNext(' '))
  return { name, drafts }
}

async function draft(p: Parser, at: Parsing): Promise<Draft> {
  const flags = p.isNext('(') ? flagList(p, at) : null
  if (flags) p.sp()
  const internalDate = p.isNext('"') ? parseDateTime(p) : null
  if (internalDate !== null) p.sp()
  const options: Draft['options'][number][] = []
  for (;;) {
    const word = kind(p)
    const data = at.tables.appendData.get(word)
    if (data) return { flags: flags ?? [], internalDate, options, content: await data.parse(p, at) }
    const option = at.tables.appendOptions.get(word)
    if (option === undefined) p.expected('a literal')
    options.push(option.parse(p))
    p.sp()
  }
}

/** What begins here: a literal's sign, left standing, or a word, read. */
function kind(p: Parser): string {
  if (p.isNext('{')) return '{'
  if (p.isNext('~')) return '~{'
  return p.more() ? p.word() : p.expected('a literal')
}

export const append = command({
  states: ['authenticated', 'selected'],
  streams: true,
  parse: parseAppend,
  async run(session, { name, drafts }) {
    const target = await session.store.mailboxes.find(session.account, name)
    if (target === null || !target.selectable) throw new No('There is no such mailbox', 'TRYCREATE')
    const messages: NewMessage[] = []
    for (const { flags, internalDate, options, content } of drafts) {
      const message = { content: await content(session), flags, ...(internalDate !== null && { internalDate }) }
      messages.push(options.reduce<NewMessage>((made, option) => option(made), message))
    }
    const appended = await session.store.messages.append(target.id, messages)
    const codes = session.tables.extensions.map(one => one.appendCode?.(appended))
    return ok(
      'APPEND completed',
      codes.find(code => code !== undefined),
    )
  },
})

/** literal: a whole message (RFC 3501 §6.3.11). */
const literal: AppendData = {
  async parse(p, { input }) {
    if (input.pending?.octets === 0) throw new Bad('A message cannot be empty')
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
