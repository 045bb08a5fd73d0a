/**
 * Scripts that run when something happens to messages in mailboxes (RFC 6785): which script, over what, and what comes
 * of it. A script is chosen by metadata, of the mailbox or of the server, and runs as the mailbox's owner.
 *
 * - Nobody waits for a script but those who would else pile up events without end.
 * - What scripts do is no event, but for flags: those that a script has changed which no flags had started (§2.2.3).
 * - Whatever goes wrong leaves the message as it is, and is logged.
 */
import { type AccountId, type MailboxId, type Store, StoreError, type Uid } from '@lemonade/store'
import type { Program } from 'sieve.js'
import { type Cause, EventRunner, type EventRunnerOptions, eventExtensions } from './event-run.ts'
import type { EventLimits } from './limits.ts'
import { Programs } from './programs.ts'
import type { ScriptFiles } from './script-files.ts'

/** Something that a user has done to messages of one mailbox, and that is safe. */
export interface MailboxEvent {
  readonly cause: Cause
  readonly mailbox: MailboxId
  readonly user: AccountId
  /** In the order in which they came. */
  readonly messages: readonly { readonly uid: Uid; readonly changedFlags: readonly string[] }[]
}

export interface EventScriptsOptions extends EventRunnerOptions {
  readonly files: ScriptFiles
  readonly limits: EventLimits
}

/** The metadata entry that names the script (RFC 6785 §2.3.1). */
const entry = '/shared/imapsieve/script'

export class EventScripts {
  readonly #options: EventScriptsOptions
  readonly #programs: Programs
  readonly #runner: EventRunner
  #waiting = 0
  /** The end of what is to be done. */
  #tail: Promise<void> = Promise.resolve()

  constructor(options: EventScriptsOptions) {
    const { store, files, sieveLimits, limits } = options
    this.#options = options
    this.#runner = new EventRunner(options)
    const compiling = { extensions: eventExtensions(options.extensions), limits: sieveLimits }
    this.#programs = new Programs({ store, files, limit: limits.eventScriptsKept, compiling })
  }

  /**
   * Has the scripts run, in the order of the events. Resolves when there is room for more, which is at once unless very
   * much is waiting. Never rejects.
   */
  async happened(event: MailboxEvent): Promise<void> {
    const program = await this.#programOf(event).catch(error => this.#failed(error, event))
    if (program === null || event.messages.length === 0) return
    const { length } = event.messages
    this.#waiting += length
    const before = this.#tail
    this.#tail = before.then(async () => {
      await this.#run(event, program).catch(error => this.#failed(error, event))
      this.#waiting -= length
    })
    if (this.#waiting > this.#options.limits.eventMessages) await before
  }

  /** Resolves when all has been done that was to be done. */
  async settled(): Promise<void> {
    let tail: Promise<void>
    do {
      tail = this.#tail
      await tail
    } while (tail !== this.#tail)
  }

  #failed(error: unknown, { mailbox, cause }: Pick<MailboxEvent, 'mailbox' | 'cause'>): null {
    this.#options.log.error({ err: error, mailbox, cause }, 'a script of a mailbox could not be run')
    return null
  }

  /** The script of a mailbox, or else of the server; null where there is none, or it is of no use (§2.3.1). */
  async #programOf({ mailbox: id, cause }: MailboxEvent): Promise<Program | null> {
    const { store, files, log } = this.#options
    const mailbox = await store.mailboxes.get(id)
    if (mailbox === null) return null
    const { account } = mailbox
    const own = await store.metadata.get({ mailbox: id, account }, entry)
    const value = own ?? (await store.metadata.get({ mailbox: null, account }, entry))
    const name = value === null ? '' : new TextDecoder().decode(value)
    if (name === '') return null
    const personal = await personalScript(store, account, name)
    const source = personal ?? (await files.global(name))
    const facts = { account, mailbox: mailbox.name, script: name, cause }
    if (source === null) {
      log.info(facts, 'the script of a mailbox is not there')
      return null
    }
    const compiled = await this.#programs.get(account, personal === null ? null : name, source)
    if (compiled.program === null)
      log.info({ ...facts, reason: compiled.diagnostics }, 'the script of a mailbox is wrong')
    return compiled.program
  }

  async #run({ cause, mailbox: id, user: userId, messages }: MailboxEvent, program: Program): Promise<void> {
    const { store, limits } = this.#options
    const mailbox = await store.mailboxes.get(id)
    const owner = mailbox && (await store.accounts.get(mailbox.account))
    const user = await store.accounts.get(userId)
    if (mailbox === null || owner === null || user === null) return
    const rest = messages.values()
    const changed: MailboxEvent['messages'][number][] = []
    const work = async () => {
      for (const { uid, changedFlags } of rest) {
        const occasion = { program, cause, owner, mailbox, user, uid, changedFlags }
        const flags = await this.#runner.run(occasion).catch(error => this.#failed(error, { cause, mailbox: id }))
        if (flags !== null && flags.length > 0) changed.push({ uid, changedFlags: flags })
      }
    }
    await Promise.all(Array.from({ length: Math.min(limits.eventScripts, messages.length) }, work))
    // Flags that flags have changed start nothing, so that scripts cannot go round in circles (§2.2.3).
    if (cause === 'FLAG' || changed.length === 0) return
    await this.#run({ cause: 'FLAG', mailbox: id, user: userId, messages: changed }, program)
  }
}

export async function personalScript(store: Store, account: AccountId, name: string): Promise<string | null> {
  try {
    return await store.scripts.get(account, name.normalize('NFC'))
  } catch (error) {
    if (error instanceof StoreError && error.problem === 'no-such-script') return null
    throw error
  }
}
