/**
 * IMAP4rev2, RFC 9051: what a client is told and may say in another way once it has enabled it (appendix E). What the
 * protocol took over from extensions is theirs, and there for every client (appendix A).
 */
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
const telling: ReadonlySet<string> = new Set(['CREATE', 'DELETE', 'APPEND', 'SELECT', 'EXAMINE'])

/** LIST, which belongs to every SELECT and EXAMINE, and to other commands that were given a name in another form. */
async function* named(session: Session, command: string, names: readonly WrittenName[]): AsyncGenerator<Response> {
  const [first, second] = names
  if (first === undefined) return
  if (command === 'RENAME' && second !== undefined) {
    if (isAnotherForm(first) || isAnotherForm(second)) yield listOne(session, plain(second), [oldName(first.written)])
  } else if (isAnotherForm(first)) {
    if (telling.has(command)) yield listOne(session, plain(first), [oldName(first.written)])
  } else if (command === 'SELECT' || command === 'EXAMINE') yield listOne(session, first.name)
}

/** A name may be written with a delimiter at its end (RFC 9051 §6.3.4). */
function plain({ name }: WrittenName): string {
  return name.endsWith(delimiter) ? name.slice(0, -1) : name
}

function isAnotherForm({ name, written }: WrittenName): boolean {
  return name !== written
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
