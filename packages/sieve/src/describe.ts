/** Acts as a line of text, the way a script would write them: for dry runs, tests and logs. */
import type { EditedMessage } from './edition.ts'
import type { Act, FileCopy } from './step.ts'

/** `fileinto :flags "\\Seen" "Lists"`. An implicit keep says so. */
export function describeAct(act: Act): string {
  switch (act.do) {
    case 'keep':
      return `keep${flags(act.flags)}${act.implicit ? ' (implicit)' : ''}${edited(act)}`
    case 'fileinto':
      return `fileinto${act.copy === true ? ' :copy' : ''}${act.create === true ? ' :create' : ''}${target(act)}${flags(act.flags)} ${quoted(act.mailbox)}${edited(act)}`
    case 'redirect':
      return `redirect${act.copy === true ? ' :copy' : ''}${requests(act)} ${quoted(act.address)}${edited(act)}`
    case 'discard':
      return 'discard'
    case 'reject':
      return `${act.how} ${quoted(act.reason)}`
    case 'vacation':
      return `vacation :seconds ${act.seconds}${act.mime ? ' :mime' : ''}${act.from === null ? '' : ` :from ${quoted(act.from)}`} :subject ${quoted(act.subject)}${copy(act.fcc)} ${quoted(act.reason)} to ${quoted(act.to)} as ${quoted(act.recipient)}`
    case 'notify':
      return `notify${act.from === null ? '' : ` :from ${quoted(act.from)}`} :importance "${act.importance}"${act.options.length === 0 ? '' : ` :options [${act.options.map(quoted).join(', ')}]`}${act.message === null ? '' : ` :message ${quoted(act.message)}`}${copy(act.fcc)} ${quoted(act.method)}`
    default: {
      const { do: name, ...rest } = act
      return `${name} ${JSON.stringify(rest)}`
    }
  }
}

function requests({ notify, ret, by }: Extract<Act, { do: 'redirect' }>): string {
  const until = by === undefined ? '' : ` :bytimeabsolute "${new Date(by.at).toISOString()}" :bymode "${by.mode}"`
  const dsn = `${notify === undefined ? '' : ` :notify "${notify.join(',')}"`}${ret === undefined ? '' : ` :ret "${ret}"`}`
  return `${dsn}${until}${by?.trace === true ? ' :bytrace' : ''}`
}

function target({ specialUse, mailboxId }: { readonly specialUse?: string; readonly mailboxId?: string }): string {
  if (specialUse !== undefined) return ` :specialuse ${quoted(specialUse)}`
  return mailboxId === undefined ? '' : ` :mailboxid ${quoted(mailboxId)}`
}

function copy(fcc: FileCopy | undefined): string {
  if (fcc === undefined) return ''
  return `${fcc.create === true ? ' :create' : ''}${target(fcc)}${flags(fcc.flags)} :fcc ${quoted(fcc.mailbox)}`
}

function edited(act: { readonly edited?: EditedMessage }): string {
  return act.edited === undefined ? '' : ' (edited)'
}

function flags(list: readonly string[] | undefined): string {
  if (list === undefined || list.length === 0) return ''
  return list.length === 1 ? ` :flags ${list.map(quoted)}` : ` :flags [${list.map(quoted).join(', ')}]`
}

/** Line breaks are shown as ↵, so that one act is one line. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(/\r\n/g, '↵')}"`
}
