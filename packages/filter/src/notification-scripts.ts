/**
 * Scripts that filter notifications (NF, RFC 5442 §4): asked of a message after it was stored, they say whether a device is
 * woken for it. What they keep is told, what they discard or file is not; the message stays where it is and as it is.
 * Notifications of their own (RFC 5435) go out.
 */
import type { AccountId, Deposit, NewQueueEntry, OutboxEvent, PreparedContent, Uid } from '@lemonade/store'
import { type Ask, execute, messageOf } from 'sieve.js'
import { answer } from './answer.ts'
import { type EventRunnerOptions, eventExtensions, noEvent } from './event-run.ts'
import { type EventScriptsOptions, personalScript } from './events.ts'
import { Programs } from './programs.ts'
import { rowsOf } from './sending.ts'

/** The item of `environment` that names the event (RFC 5423 §4). */
const eventItem = 'vnd.lemonade.event'

export class NotificationScripts {
  readonly #options: EventRunnerOptions
  readonly #programs: Programs

  constructor(options: EventScriptsOptions) {
    const { store, files, sieveLimits, limits } = options
    const compiling = { extensions: eventExtensions(options.extensions), limits: sieveLimits }
    this.#options = options
    this.#programs = new Programs({ store, files, limit: limits.eventScriptsKept, compiling })
  }

  /** Whether an event is of interest. What is about no message is; so is all where the script is of no use. */
  async passes(account: AccountId, name: string, event: OutboxEvent): Promise<boolean> {
    const { store, log } = this.#options
    const source = await personalScript(store, account, name)
    const compiled = source === null ? null : await this.#programs.get(account, name, source)
    const program = compiled?.program ?? null
    if (program === null) {
      log.info({ account, script: name, reason: compiled?.diagnostics }, 'a script of notifications is of no use')
      return true
    }
    const [owner, message] = [await store.accounts.get(account), await messageIn(store, account, event)]
    if (owner === null || message === null) return true
    const content = await store.contents.reuse(message.content)
    const contents = [content]
    try {
      const { hostname, version, delimiter, sieveLimits, now = Date.now } = this.#options
      const environment = {
        ...noEvent,
        ...{ domain: hostname.slice(hostname.indexOf('.') + 1), host: hostname, location: 'MS', name: 'Lemonade' },
        ...{ phase: 'post', version, 'imap.user': owner.name, 'imap.email': owner.name },
        ...{ 'imap.mailbox': message.mailboxName, [eventItem]: event.type },
      }
      const host = { answer: (ask: Ask) => answer(ask, { account, content }, this.#options) }
      const envelope = { from: owner.name, to: owner.name }
      const outcome = await execute(
        program,
        messageOf(content.header, content.octets, content.structure),
        envelope,
        host,
        {
          extensions: eventExtensions(this.#options.extensions),
          ...{ limits: sieveLimits, delimiter, environment, now: now() },
          event: { flags: store.flagSets.flags(message.flagSet) },
        },
      )
      if (outcome.error !== null) {
        log.info(
          { account: owner.name, script: name, reason: outcome.error.message },
          'a script of notifications failed',
        )
        return true
      }
      const events: NonNullable<Deposit['events']>[number][] = []
      const enqueue: NewQueueEntry[] = []
      const own = { account: owner, envelope, header: content.header, at: now(), id: crypto.randomUUID() }
      for (const action of outcome.actions.filter(each => each.do === 'notify')) {
        const rows = await rowsOf(action, own, this.#options)
        events.push(...(rows?.events ?? []))
        enqueue.push(...(rows?.enqueue ?? []))
        contents.push(...(rows?.contents ?? []))
      }
      if (events.length + enqueue.length > 0) {
        await store.messages.deposit({ content, deliveries: [], enqueue, events })
      }
      return outcome.actions.some(each => each.do === 'keep')
    } finally {
      for (const each of contents) await (each as PreparedContent).discard()
    }
  }
}

/** The newest message that an event is about, with the name of its mailbox; null where it is about none that is there. */
async function messageIn(store: EventRunnerOptions['store'], account: AccountId, { parameters }: OutboxEvent) {
  const { mailbox: name, uids, uidValidity } = parameters
  const [uid] = /\d+$/.exec(typeof uids === 'string' ? uids : '') ?? []
  const mailbox = typeof name === 'string' && uid !== undefined ? await store.mailboxes.find(account, name) : null
  if (mailbox === null || mailbox.uidValidity !== uidValidity) return null
  const one = Number(uid) as Uid
  const [message] = await store.messages.page(mailbox.id, [{ first: one, last: one }], 1)
  return message === undefined ? null : { ...message, mailboxName: mailbox.name }
}
