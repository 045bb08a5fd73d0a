/** Acts as a line of text, the way a script would write them: for dry runs, tests and logs. */
import type { Act } from './step.ts'

/** `fileinto :flags "\\Seen" "Lists"`. An implicit keep says so. */
export function describeAct(act: Act): string {
  switch (act.do) {
    case 'keep':
      return `keep${flags(act.flags)}${act.implicit ? ' (implicit)' : ''}`
    case 'fileinto':
      return `fileinto${act.copy === true ? ' :copy' : ''}${act.create === true ? ' :create' : ''}${target(act)}${flags(act.flags)} ${quoted(act.mailbox)}`
    case 'redirect':
      return `redirect${act.copy === true ? ' :copy' : ''} ${quoted(act.address)}`
    case 'discard':
      return 'discard'
    case 'reject':
      return `${act.how} ${quoted(act.reason)}`
    default: {
      const { do: name, ...rest } = act
      return `${name} ${JSON.stringify(rest)}`
    }
  }
}

function target({ specialUse, mailboxId }: { readonly specialUse?: string; readonly mailboxId?: string }): string {
  if (specialUse !== undefined) return ` :specialuse ${quoted(specialUse)}`
  return mailboxId === undefined ? '' : ` :mailboxid ${quoted(mailboxId)}`
}

function flags(list: readonly string[] | undefined): string {
  if (list === undefined || list.length === 0) return ''
  return list.length === 1 ? ` :flags ${list.map(quoted)}` : ` :flags [${list.map(quoted).join(', ')}]`
}

/** Line breaks are shown as ↵, so that one act is one line. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\r\n/g, '↵')}"`
}
