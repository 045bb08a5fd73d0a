/** A script over mail that is there already: messages are filed, flagged and removed as if they came in now. */
import { decodedText, headerFields } from '@lemonade/mime'
import type { Account, Deposit, Mailbox, Message, PreparedContent, Store, Uid } from '@lemonade/store'
import {
  type Ask,
  execute,
  messageOf,
  type Outcome,
  type Program,
  type RuntimeError,
  type SieveExtension,
  type SieveLimits,
} from 'sieve.js'
import { type AnswerOptions, answer } from './answer.ts'
import type { ContentTests } from './content-tests.ts'
import { editedContent } from './edited.ts'
import { changesBetween } from './event-run.ts'
import { mailboxFor, mailboxOf, specialUseOf } from './mailboxes.ts'
import { offeredExtensions } from './offered.ts'

type Action = Outcome['actions'][number]

/** What became of one message, or would. */
export interface Applied {
  readonly uid: Uid
  /** Of the Subject field, for people; '' where there is none. */
  readonly subject: string
  /** `kept`: nothing was changed. */
  readonly result: 'kept' | 'flagged' | 'filed' | 'removed'
  /** All that the script wants. */
  readonly actions: readonly Action[]
  /** Of these, what is not done: nobody is sent anything because of old mail. Where that stood for a keep, it is kept. */
  readonly left: readonly Action[]
  readonly error: RuntimeError | null
}

export interface ApplyOptions {
  readonly store: Store
  readonly account: Account
  readonly mailbox: Mailbox
  readonly program: Program
  /** Between user and detail (RFC 5233 §1). */
  readonly delimiter: string
  readonly contentTests: ContentTests
  readonly converter?: AnswerOptions['converter']
  readonly limits: SieveLimits
  /** What scripts may require; default: what every server offers. */
  readonly extensions?: readonly SieveExtension[]
  /** Tells what would be done, and does nothing. */
  readonly dryRun: boolean
}

/** Read at a time. */
const pageMessages = 100

/** Runs over the messages that are there when it begins, one after another. Rejects with what the store throws. */
export async function* applyScript(options: ApplyOptions): AsyncGenerator<Applied> {
  const { store, mailbox } = options
  const last = (mailbox.uidNext - 1) as Uid
  for (let first = 1 as Uid; first <= last; ) {
    const page = await store.messages.page(mailbox.id, [{ first, last }], pageMessages)
    for (const message of page) yield await applyTo(message, options)
    const end = page.at(-1)
    if (end === undefined) return
    first = (end.uid + 1) as Uid
  }
}

async function applyTo(message: Message, options: ApplyOptions): Promise<Applied> {
  const { store, account, delimiter, limits, program, dryRun } = options
  const flags = store.flagSets.flags(message.flagSet)
  const content = await store.contents.reuse(message.content)
  const contents: PreparedContent[] = [content]
  try {
    const view = messageOf(content.header, content.octets, content.structure)
    const host = { answer: (ask: Ask) => answer(ask, { account: account.id, content }, options) }
    const [returnPath = ''] = view.rawHeader('return-path')
    const envelope = { from: returnPath.replace(/^<|>$/g, ''), to: account.name }
    const { actions, error } = await execute(program, view, envelope, host, {
      extensions: options.extensions ?? offeredExtensions,
      delimiter,
      limits,
      event: { flags },
    })
    const plan = await planOf(actions, flags, message, content, contents, options)
    if (!dryRun) await carryOut(plan, message, content, options)
    const { result, left } = plan
    return { uid: message.uid, subject: subjectOf(content.header), result, actions, left, error }
  } finally {
    for (const each of contents) await each.discard()
  }
}

interface Plan {
  readonly deliveries: Deposit['deliveries']
  readonly stays: boolean
  /** What the message has from now on, if it stays; null where that does not change. */
  readonly flags: readonly string[] | null
  readonly result: Applied['result']
  readonly left: readonly Action[]
}

async function planOf(
  actions: readonly Action[],
  flags: readonly string[],
  message: Message,
  content: PreparedContent,
  contents: PreparedContent[],
  { store, account, mailbox: here }: ApplyOptions,
): Promise<Plan> {
  const deliveries: Deposit['deliveries'][number][] = []
  let kept: readonly string[] | null = null
  for (const action of actions) {
    if (action.do === 'keep') kept = action.flags ?? flags
    if (action.do !== 'fileinto') continue
    const name = await mailboxFor(store, account.id, action)
    const target = await mailboxOf(store, account.id, name)
    const isHere =
      (target?.id ?? null) === here.id || (target === null && action.create !== true && here.name === 'INBOX')
    if (isHere && action.edited === undefined) {
      kept = action.flags ?? flags
      continue
    }
    const edited = action.edited && (await editedContent(store, content, action.edited))
    if (edited !== undefined) contents.push(edited)
    const specialUse = specialUseOf(action.specialUse)
    deliveries.push({
      account: account.id,
      mailbox: name,
      create: action.create === true,
      ...(specialUse === null ? {} : { specialUse }),
      flags: action.flags ?? flags,
      internalDate: message.internalDate,
      ...(edited && { content: edited }),
    })
  }
  const left = actions.filter(action => action.do !== 'keep' && action.do !== 'fileinto')
  const stays = kept !== null || left.some(action => action.do === 'redirect' || action.do === 'reject')
  const changed = kept !== null && changesBetween(flags, kept).length > 0 ? kept : null
  return { deliveries, stays, flags: changed, result: resultOf(deliveries.length > 0, stays, changed !== null), left }
}

function resultOf(isFiled: boolean, stays: boolean, isFlagged: boolean): Applied['result'] {
  if (isFiled) return 'filed'
  if (!stays) return 'removed'
  return isFlagged ? 'flagged' : 'kept'
}

/** Files first and removes then: should the process die in between, a message is there twice rather than not at all. */
async function carryOut(plan: Plan, message: Message, content: PreparedContent, options: ApplyOptions): Promise<void> {
  const { messages } = options.store
  const uids = [{ first: message.uid, last: message.uid }]
  const mailbox = options.mailbox.id
  if (plan.deliveries.length > 0) await messages.deposit({ content, deliveries: plan.deliveries, enqueue: [] })
  if (!plan.stays) {
    await messages.storeFlags(mailbox, uids, { mode: 'add', flags: ['\\Deleted'] })
    await messages.expunge(mailbox, uids)
  } else if (plan.flags !== null) {
    await messages.storeFlags(mailbox, uids, { mode: 'replace', flags: plan.flags })
  }
}

function subjectOf(header: Uint8Array): string {
  const field = headerFields(header).find(({ nameLower }) => nameLower.trimEnd() === 'subject')
  return field === undefined ? '' : decodedText(header, field).trim()
}
