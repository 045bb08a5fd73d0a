/** One run of a script over a message that is in a mailbox, and what comes of it there (RFC 6785 §3). */
import type { Log } from '@lemonade/net'
import type {
  Account,
  AccountId,
  Deposit,
  Mailbox,
  Message,
  NewQueueEntry,
  PreparedContent,
  Uid,
} from '@lemonade/store'
import {
  type Ask,
  deliveryOnly,
  execute,
  messageOf,
  type Outcome,
  type Program,
  type SieveExtension,
  type SieveLimits,
} from 'sieve.js'
import { type AnswerOptions, answer } from './answer.ts'
import { completed } from './compose/missing-fields.ts'
import type { ContentTests } from './content-tests.ts'
import { editedContent } from './edited.ts'
import { mailboxFor, mailboxOf, specialUseOf } from './mailboxes.ts'
import { offeredExtensions } from './offered.ts'
import { memoryOf } from './remembering.ts'
import { rowsOf, type Sender } from './sending.ts'

export type Cause = 'APPEND' | 'COPY' | 'FLAG'

/** What scripts may require that run then, of what is offered to others (RFC 6785 §3.11). */
export function eventExtensions(offered: readonly SieveExtension[] = offeredExtensions): readonly SieveExtension[] {
  return offered.filter(extension => !deliveryOnly.includes(extension))
}

export interface EventRunnerOptions extends Sender {
  readonly contentTests: ContentTests
  readonly converter?: AnswerOptions['converter']
  readonly sieveLimits: SieveLimits
  /** What scripts may require at delivery; default: what every server offers. */
  readonly extensions?: readonly SieveExtension[]
  /** Of this server, for scripts that ask. */
  readonly version: string
  readonly log: Log
  readonly now?: () => number
}

/** What `environment` knows at delivery of events: that there is none (RFC 6785 §4.2 to §4.5). */
export const noEvent: Readonly<Record<string, string>> = {
  'imap.user': '',
  'imap.email': '',
  'imap.cause': '',
  'imap.mailbox': '',
  'imap.changedflags': '',
}

/** One run: a script over one message. */
export interface Occasion {
  readonly program: Program
  readonly cause: Cause
  readonly owner: Account
  readonly mailbox: Mailbox
  readonly user: Account
  readonly uid: Uid
  readonly changedFlags: readonly string[]
}

type Action = Outcome['actions'][number]
type Delivery = Deposit['deliveries'][number]

export class EventRunner {
  readonly #options: EventRunnerOptions

  constructor(options: EventRunnerOptions) {
    this.#options = options
  }

  /**
   * Runs the script and does what it wants; answers with the flags that it has changed, for those who run scripts for
   * that. Rejects where the store refuses: then nothing was done.
   */
  async run(occasion: Occasion): Promise<readonly string[]> {
    const { store, log } = this.#options
    const { mailbox, owner, uid, cause } = occasion
    const [message] = await store.messages.page(mailbox.id, [{ first: uid, last: uid }], 1)
    if (message === undefined) return []
    const flags = store.flagSets.flags(message.flagSet)
    const content = await store.contents.reuse(message.content)
    const contents = [content]
    try {
      const { actions, remember, error } = await this.#execute(occasion, content, flags)
      if (error !== null) {
        const { line, message: reason, cause: err } = error
        const facts = { account: owner.name, mailbox: mailbox.name, uid, cause, line, reason }
        log.info(
          err === undefined ? facts : { ...facts, err },
          'a script of a mailbox failed; the message stays as it is',
        )
        return []
      }
      const isWhole = await this.#deposit(occasion, { message, content, contents, flags }, actions, remember)
      return await this.#keep(occasion, actions, flags, isWhole)
    } finally {
      for (const each of contents) await each.discard()
    }
  }

  #execute(
    { program, owner, mailbox, user, cause, changedFlags }: Occasion,
    content: PreparedContent,
    flags: readonly string[],
  ): Promise<Outcome> {
    const { hostname, version, delimiter, sieveLimits, now = Date.now } = this.#options
    const message = messageOf(content.header, content.octets, content.structure)
    const host = { answer: (ask: Ask) => answer(ask, { account: owner.id, content }, this.#options) }
    const environment = {
      domain: hostname.includes('.') ? hostname.slice(hostname.indexOf('.') + 1) : hostname,
      host: hostname,
      location: 'MS',
      name: 'Lemonade',
      phase: 'post',
      version,
      'imap.user': user.name,
      'imap.email': user.name,
      'imap.cause': cause,
      'imap.mailbox': mailbox.name,
      'imap.changedflags': changedFlags.join(' '),
    }
    const extensions = eventExtensions(this.#options.extensions)
    const options = { extensions, limits: sieveLimits, delimiter, environment, now: now() }
    // Of an envelope scripts see nothing; the recipient is who the script is of.
    const envelope = { from: owner.name, to: owner.name }
    return execute(program, message, envelope, host, { ...options, event: { flags } })
  }

  /** Files, sends and tells in one transaction; answers with whether all of it could be done. */
  async #deposit(
    { owner }: Occasion,
    {
      message,
      content,
      contents,
      flags,
    }: { message: Message; content: PreparedContent; contents: PreparedContent[]; flags: readonly string[] },
    actions: readonly Action[],
    remembrances: Outcome['remember'],
  ): Promise<boolean> {
    const { store, now = Date.now } = this.#options
    const at = now()
    const own = { account: owner, envelope: { from: owner.name, to: owner.name }, header: content.header, at }
    const deliveries: Delivery[] = []
    const enqueue: NewQueueEntry[] = []
    const events: NonNullable<Deposit['events']>[number][] = []
    let isWhole = true
    for (const action of actions) {
      const rows = await rowsOf(action, { ...own, id: crypto.randomUUID() }, this.#options)
      if (rows !== null) {
        deliveries.push(...rows.deliveries)
        enqueue.push(...rows.enqueue)
        contents.push(...rows.contents)
        events.push(...rows.events)
      } else if (action.do === 'fileinto') {
        const mailbox = await this.#mailboxFor(owner.id, action)
        if (mailbox === null) isWhole = false
        else {
          const edited = action.edited && (await editedContent(store, content, action.edited))
          if (edited !== undefined) contents.push(edited)
          const given = { flags: action.flags ?? flags, internalDate: message.internalDate }
          deliveries.push({ account: owner.id, ...mailbox, ...given, ...(edited && { content: edited }) })
        }
      } else if (action.do === 'redirect') {
        const edited = action.edited && (await editedContent(store, content, action.edited))
        if (edited !== undefined) contents.push(edited)
        const sent = await completed(store, edited ?? content, { owner, at, hostname: this.#options.hostname })
        contents.push(sent)
        enqueue.push(this.#redirect(owner, action, sent, at))
      }
    }
    const remember = remembrances.map(each => memoryOf(owner.id, each, at))
    if (deliveries.length + enqueue.length + remember.length + events.length === 0) return isWhole
    await store.messages.deposit({ content, deliveries, enqueue, remember, events })
    return isWhole
  }

  /** Where a `fileinto` goes; null where that is nowhere. */
  async #mailboxFor(
    account: AccountId,
    action: Extract<Action, { do: 'fileinto' }>,
  ): Promise<Pick<Delivery, 'mailbox' | 'create' | 'specialUse'> | null> {
    const { store, log } = this.#options
    const mailbox = await mailboxFor(store, account, action)
    if (action.create === true) {
      const specialUse = specialUseOf(action.specialUse)
      return { mailbox, create: true, ...(specialUse === null ? {} : { specialUse }) }
    }
    if ((await mailboxOf(store, account, mailbox)) !== null) return { mailbox }
    log.info({ account, mailbox }, 'a script files into a mailbox that is not there')
    return null
  }

  /** Sent by the mailbox's owner (RFC 6785 §3.4), who may want to hear what becomes of it (RFC 6009 §6, §7). */
  #redirect(
    owner: Account,
    { address: recipient, notify, ret, by }: Extract<Action, { do: 'redirect' }>,
    content: PreparedContent,
    at: number,
  ): NewQueueEntry {
    const isInternational = content.header.some(octet => octet > 127) || /[^\0-\x7f]/.test(recipient + owner.name)
    return {
      reversePath: owner.name,
      recipient,
      account: owner.id,
      expiresAt: at + this.#options.queueSeconds * 1000,
      options: {
        body: '8BITMIME',
        ...(isInternational ? { smtpUtf8: true } : {}),
        ...(notify === undefined ? {} : { notify }),
        ...(ret === undefined ? {} : { ret }),
        ...(by === undefined ? {} : { by }),
      },
      content,
    }
  }

  /**
   * What becomes of the message itself: it stays, with the flags that the script has left it, or is marked \Deleted
   * (RFC 6785 §2.2.4), which starts nothing. It stays too where the script could not do all that it wanted instead.
   * Answers with the flags that were changed.
   */
  async #keep(
    { mailbox, uid }: Occasion,
    actions: readonly Action[],
    flags: readonly string[],
    isWhole: boolean,
  ): Promise<readonly string[]> {
    const { messages } = this.#options.store
    const uids = [{ first: uid, last: uid }]
    const keep = actions.find(action => action.do === 'keep')
    if (keep === undefined) {
      if (isWhole) await messages.storeFlags(mailbox.id, uids, { mode: 'add', flags: ['\\Deleted'] })
      return []
    }
    const changed = keep.flags === undefined ? [] : changesBetween(flags, keep.flags)
    if (changed.length > 0) await messages.storeFlags(mailbox.id, uids, { mode: 'replace', flags: keep.flags ?? [] })
    return changed
  }
}

/** Flags that are in one of two lists only; they compare without regard to case. */
export function changesBetween(before: readonly string[], after: readonly string[]): readonly string[] {
  const missing = (flags: readonly string[], from: readonly string[]) => {
    const there = new Set(from.map(flag => flag.toLowerCase()))
    return flags.filter(flag => !there.has(flag.toLowerCase()))
  }
  return [...missing(after, before), ...missing(before, after)]
}
