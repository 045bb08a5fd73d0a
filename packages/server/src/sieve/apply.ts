/** The active script over the mail in a mailbox. */
import { type Applied, applyScript, Programs, ScriptFiles } from '@lemonade/filter'
import type { Account, Mailbox, Store } from '@lemonade/store'
import { describeAct } from 'sieve.js'
import { accountNamed } from '../commands/command.ts'
import { offeredBy } from '../config/offered.ts'
import { LateConverter } from '../converter.ts'
import { contentTestsOf } from '../filters.ts'
import { groupLimits } from '../limit-groups.ts'
import { UserError } from '../problem.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { openProgress } from '../terminal/progress.ts'
import type { House } from './test-message.ts'

export interface ApplyOptions {
  readonly account: string
  readonly mailbox: string
  readonly dryRun?: boolean
}

export async function applyToMailbox(io: Io, options: ApplyOptions, { store, config }: House): Promise<void> {
  const limits = groupLimits('sieve', config.limits)
  const account = await accountNamed(store, options.account)
  const mailbox = await mailboxNamed(store, account, options.mailbox)
  const active = await store.scripts.active(account.id)
  if (active === null) throw new UserError(`${account.name} has no active script.`)
  const programs = new Programs({
    store,
    files: new ScriptFiles(config.sieve),
    limit: 1,
    compiling: { limits, extensions: offeredBy(config) },
  })
  const { program, diagnostics } = await programs.get(account.id, active.name, active.source)
  if (program === null) throw new UserError(`The script "${active.name}" does not compile:\n${diagnostics}`)
  const converter = LateConverter.of(config)
  const dryRun = options.dryRun === true
  const { messages } = await store.mailboxes.counts(mailbox.id)
  const progress = openProgress(dryRun ? 'testing' : 'applying')
  const interruption = io.interruption()
  const counts = new Map<Applied['result'] | 'failed', number>()
  let done = 0
  let left = 0
  try {
    const testing = {
      contentTests: contentTestsOf(config),
      converter,
      delimiter: config.mta.recipientDelimiter,
      extensions: offeredBy(config),
    }
    for await (const applied of applyScript({ store, account, mailbox, program, limits, dryRun, ...testing })) {
      const result = applied.error === null ? applied.result : 'failed'
      counts.set(result, (counts.get(result) ?? 0) + 1)
      left += applied.left.length
      progress.at(++done, Math.max(done, messages))
      if (dryRun || applied.error !== null) print(io, lineOf(applied))
      if (interruption.asked) break
    }
  } finally {
    interruption.end()
    progress.end()
    await converter?.close()
  }
  if (left > 0)
    remark(
      io,
      `${left} ${left === 1 ? 'action' : 'actions'} that would send something ${left === 1 ? 'is' : 'are'} left out.`,
    )
  const results = ['filed', 'flagged', 'removed', 'kept', 'failed'] as const
  const summary = results.map(result => `${counts.get(result) ?? 0} ${result}`).join(', ')
  print(
    io,
    `${done} ${done === 1 ? 'message' : 'messages'} of ${mailbox.name}: ${summary}${dryRun ? '; nothing was done' : ''}.`,
  )
  if (interruption.asked && done < messages)
    throw new UserError('Stopped; the rest is as it was, and may be done by another run.')
}

function lineOf({ uid, subject, result, actions, error }: Applied): string {
  const what =
    error === null ? actions.map(describeAct).join('; ') || 'discard' : `line ${error.line}: ${error.message}`
  return `${uid}  ${error === null ? result : 'failed'}  ${what}  (${subject.slice(0, 60)})`
}

async function mailboxNamed(store: Store, account: Account, name: string): Promise<Mailbox> {
  const mailbox = await store.mailboxes.find(account.id, name)
  if (mailbox?.selectable !== true) throw new UserError(`${account.name} has no mailbox ${name}.`)
  return mailbox
}
