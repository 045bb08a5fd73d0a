/**
 * IMAP4rev2, RFC 9051: what a client is told and may say in another way once it has enabled it (appendix E). What the
 * protocol took over from extensions is theirs, and there for every client (appendix A).
 */
import { findMailbox } from '../access.ts'
import { extension, type ListItem } from '../extension.ts'
import { delimiter, type WrittenName } from '../grammar/mailbox.ts'
import type { Response } from '../response.ts'
import type { Session } from '../session.ts'
import { uidItem } from './fetch.ts'
import { listOne } from './list.ts'

/** oldname-extended-item = "OLDNAME" SP "(" mailbox ")" (RFC 9051 §9) */
export function oldName(name: string): ListItem {
  return {
    tag: 'OLDNAME',
    write: w => {
      w.open().mailbox(name).close()
    },
  }
}

/** Commands that tell of a name in the form that the mailbox has, where they were given another (RFC 9051 §6.3.9.7). */
const telling: ReadonlySet<string> = new Set(['CREATE', 'DELETE', 'RENAME', 'APPEND', 'SELECT', 'EXAMINE'])

/** LIST, which belongs to every SELECT and EXAMINE, and to other commands that were given a name in another form. */
async function* named(session: Session, command: string, names: readonly WrittenName[]): AsyncGenerator<Response> {
  const [first, second] = names
  if (first === undefined || !telling.has(command)) return
  const name = await formOf(session, second ?? first)
  const isAnother = isAnotherForm(first, second === undefined ? name : first.name)
  if (isAnother || (second !== undefined && isAnotherForm(second, name)))
    yield listOne(session, name, [oldName(first.written)])
  else if (command === 'SELECT' || command === 'EXAMINE') yield listOne(session, name)
}

/** The name as the mailbox has it, or had it. */
async function formOf(session: Session, { name }: WrittenName): Promise<string> {
  const plain = withoutDelimiter(name)
  return (await findMailbox(session, plain))?.name ?? plain
}

/** A name may be written with a delimiter at its end (RFC 9051 §6.3.4). */
function withoutDelimiter(name: string): string {
  return name.endsWith(delimiter) ? name.slice(0, -1) : name
}

function isAnotherForm({ written }: WrittenName, name: string): boolean {
  return withoutDelimiter(written) !== withoutDelimiter(name)
}

export const rev2 = extension({
  rfc: 9051,
  advertise: 'IMAP4rev2',
  enable: { name: 'IMAP4rev2' },
  statusItems: { DELETED: { value: (_, __, counts) => counts.deleted } }, // §6.3.11
  announce: {
    when: 'enabled',
    dialect: {
      utf8: true,
      wideNumbers: true,
      recent: false,
      unseen: false,
      searchReturns: ['ALL'],
      decodedParameters: true,
    },
    flagItems: [uidItem], // §7.5.2
    named,
  },
})
