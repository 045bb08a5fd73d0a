/** One client's session: the states of RFC 3501 §3 and what outlives a command. It knows no octets and no socket. */
import type { Auth, Channel, Identity } from '@lemonade/auth'
import type { StoredConversions } from '@lemonade/convert'
import type { Log } from '@lemonade/net'
import { type AccountId, type MailboxId, type Store, StoreError, type Uid, type UidRanges } from '@lemonade/store'
import { accessOf } from './access.ts'
import { Attendance, type Ending } from './attendance.ts'
import { type Dialect, rev1 } from './dialect.ts'
import type { Deed, Happening, State, StreamLayer } from './extension.ts'
import type { FlagLists } from './flag-lists.ts'
import type { ImapLimits } from './limits.ts'
import { Bad, Bye, No } from './problem.ts'
import type { Announcer, Tables } from './registry.ts'
import { data, type Response } from './response.ts'
import type { View } from './view.ts'
import type { NumberSet } from './wire/number-set.ts'
import { Writer } from './wire/writer.ts'

/** What a session may ask of the connection under it. */
export interface Transport {
  /** What is known of the peer and of the protection of the connection, as it is now. */
  channel(): Channel
  /** Sends the line, then goes to TLS; all that came before is forgotten. Absent where TLS is up. */
  startTls(line: Uint8Array): Promise<void>
  /** One line that belongs to the running command: a SASL response, DONE. Throws `Bad`, `Ended`. */
  line(limitOctets: number): Promise<Uint8Array>
  /** Puts a layer between protocol and socket, which has none yet. */
  push(layer: StreamLayer): void
  /** Whether there is a layer. */
  layered(): boolean
  /** Sends the line as the last of the layer, where there is one, and leaves it. */
  pop(line: Uint8Array): Promise<void>
  /** The client logged in: larger limits, longer patience. */
  admit(): void
  /** The client listens, and need not speak for much longer; or it does so no more. */
  listens(isListening: boolean): void
  /** Nobody is logged in any more: the limits are as they were before. */
  dismiss(): void
}

/** Runs the scripts of mailboxes (RFC 6785). */
export interface MailboxScripts {
  /** Where scripts are managed (sieveurl-server, RFC 5804 §3); null where that cannot be said. */
  readonly url: string | null
  /** Resolves when the scripts have been told, not when they have run. Never rejects. */
  happened(event: {
    readonly cause: 'APPEND' | 'COPY' | 'FLAG'
    readonly mailbox: MailboxId
    readonly user: AccountId
    readonly messages: readonly { readonly uid: Uid; readonly changedFlags: readonly string[] }[]
  }): Promise<void>
}

/**
 * Says why a device or a preference, by its name behind `/private/vendor/lemonade/notify/`, may not have a value; null where
 * it may.
 */
export type NotifyEntryProblem = (name: string, value: Uint8Array) => string | null

/** What all sessions of a server share. */
export interface Shared {
  readonly store: Store
  readonly auth: Auth
  readonly tables: Tables
  readonly limits: ImapLimits
  readonly hostname: string
  /** Clients must read UTF-8 before they are shown any mail (RFC 6855 §6). */
  readonly utf8Only: boolean
  readonly flagLists: FlagLists
  /** Names of accounts that act for an application on behalf of others, by its name (RFC 5593 §3.3). */
  readonly urlApplications: ReadonlyMap<string, ReadonlySet<string>>
  /** Scripts that run when something happens in mailboxes; null where there are none. */
  readonly mailboxScripts: MailboxScripts | null
  /** Null where nobody is notified. */
  readonly notifyEntryProblem: NotifyEntryProblem | null
  /** What converts parts of messages (RFC 5259); null where nothing does. */
  readonly conversions: StoredConversions | null
  /** Counts a session of an account; answers whether it is within the limit. `leave` takes it back. */
  enter(account: AccountId): boolean
  leave(account: AccountId): void
}

export class Session {
  readonly shared: Shared
  readonly transport: Transport
  log: Log
  readonly #nobodysLog: Log
  #identity: Identity | null = null
  #attendance: Attendance | null = null
  #view: View | null = null
  readonly #enabled = new Set<string>()
  #announcers: readonly Announcer[]
  #dialect: Dialect
  /** Failed logins so far. */
  failures = 0
  /** LOGOUT was said: nothing more is read. */
  isOver = false
  /** What ends the session, where it is not the client. */
  cut: Exclude<Ending, 'graceful'> = 'abort'
  /** What extensions keep for as long as the session lives, each under a symbol or class of its own. */
  readonly kept = new Map<unknown, unknown>()
  /** Who waits for something to happen that the session may have to hear of. */
  readonly wakes = new Set<() => void>()
  readonly #endings = new Set<() => void>()

  constructor(shared: Shared, transport: Transport, log: Log) {
    this.shared = shared
    this.transport = transport
    this.log = log
    this.#nobodysLog = log
    this.#announcers = shared.tables.announce.filter(one => one.needs === null)
    this.#dialect = spoken(this.#announcers)
  }

  /** After login, on the user's behalf. */
  get store(): Store {
    return this.#attendance?.store ?? this.shared.store
  }

  get limits(): ImapLimits {
    return this.shared.limits
  }

  get tables(): Tables {
    return this.shared.tables
  }

  get state(): State {
    if (this.#identity === null) return 'not-authenticated'
    return this.#view === null ? 'authenticated' : 'selected'
  }

  /** The account, in states that have one. */
  get account(): AccountId {
    if (this.#identity === null) throw new Error('No account before login')
    return this.#identity.account.id
  }

  /** The view, in states that have one. */
  get view(): View {
    if (this.#view === null) throw new Error('No mailbox is selected')
    return this.#view
  }

  get selected(): View | null {
    return this.#view
  }

  /** After a successful login. Throws `No` where the account has too many sessions. */
  authenticated(identity: Identity): void {
    if (!this.shared.enter(identity.account.id)) throw new No('Too many sessions of this account', 'LIMIT')
    this.#identity = identity
    this.log = this.log.child({ account: identity.account.name })
    const { store, hostname } = this.shared
    this.#attendance = new Attendance(store, identity, this.transport.channel(), hostname, this.log)
    this.transport.admit()
  }

  select(view: View): void {
    this.deselect()
    this.#view = view
  }

  deselect(): void {
    this.#view?.close()
    this.#view = null
  }

  /** Turns an extension on and what it implies; answers what to say about it. Once on, it stays. */
  enable(name: string): Response[] {
    const row = this.tables.enable.get(name.toUpperCase())
    if (row === undefined || this.#enabled.has(row.name)) return []
    this.#enabled.add(row.name)
    const said = (row.implies ?? []).flatMap(other => this.enable(other))
    this.#announcers = this.tables.announce.filter(one => one.needs === null || this.#enabled.has(one.needs))
    this.#dialect = spoken(this.#announcers)
    return [...said, ...(row.run?.(this) ?? [])]
  }

  isEnabled(name: string): boolean {
    return this.#enabled.has(name)
  }

  /** Throws `Bad` where the client must enable something first. */
  require(name: string | undefined): void {
    if (name !== undefined && !this.#enabled.has(name)) throw new Bad(`ENABLE ${name} first`)
  }

  /** Who has a say in how changes are told, now. */
  get announcers(): readonly Announcer[] {
    return this.#announcers
  }

  /** Turns a command's set into UIDs. */
  resolve(set: NumberSet<unknown>, byUid: boolean): UidRanges {
    if (set.mark === undefined) return this.view.resolve(set, byUid)
    const saved = this.tables.savedSets.get(set.mark)
    return saved === undefined ? [] : saved(this)
  }

  /** How the client has asked to be spoken to. */
  get dialect(): Dialect {
    return this.#dialect
  }

  /** Whether this client reads and writes UTF-8. */
  get utf8(): boolean {
    return this.#dialect.utf8
  }

  /** A text that people read, as this client wants it said. */
  say(text: string): string {
    return this.tables.say(this, text)
  }

  /** A writer of what this client can read. */
  writer(octets = 512): Writer {
    return new Writer({ octets, utf8: this.utf8 })
  }

  /** One untagged data response. */
  data(write: (w: Writer) => void): Uint8Array {
    return data(write, this.utf8)
  }

  /** Learns what happened to the selected mailbox. Throws `Bye` where it was deleted. */
  async learn(): Promise<void> {
    if (this.#view === null) return
    await this.ofMailbox(this.#view.learn())
    if (this.#view.mailbox.account !== this.account) await this.#learnRights(this.#view)
  }

  /** Others may give and take rights while their mailbox is selected (RFC 4314 §5.1.1). Throws `Bye` without `r`. */
  async #learnRights(view: View): Promise<void> {
    const access = await accessOf(this, view.mailbox)
    if (!access?.rights.has('r')) throw new Bye('You may not read the mailbox any more', 'NOPERM')
    view.allow(access)
  }

  /** What the store says of the selected mailbox. Throws `Bye` where it was deleted. */
  async ofMailbox<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'no-such-mailbox')
        throw new Bye('The mailbox was deleted', 'NONEXISTENT')
      throw error
    }
  }

  /** Lets the session, where it waits for something to happen, look whether there is something to tell. */
  wake(): void {
    for (const up of this.wakes) up()
  }

  /** The session has done this itself: who tells of changes need not tell of it. */
  did(deed: Deed): void {
    for (const one of this.#announcers) one.did?.(this, deed)
  }

  /** The session has done this, and it is safe: who acts on that does so now. Never rejects. */
  async happened(happening: Happening): Promise<void> {
    for (const { happened } of this.tables.extensions) {
      if (happened === undefined) continue
      try {
        await happened(this, happening)
      } catch (error) {
        this.log.error({ err: error, kind: happening.kind }, 'what follows from a command has failed')
      }
    }
  }

  /** Calls back once, when nobody is logged in here any more; returns a function that takes it back. */
  whenOver(ending: () => void): () => void {
    this.#endings.add(ending)
    return () => this.#endings.delete(ending)
  }

  /** Forgets who is logged in and all that was said since: not authenticated, as after the greeting. */
  unauthenticated(): void {
    this.close('graceful')
    this.kept.clear()
    this.#enabled.clear()
    this.#announcers = this.tables.announce.filter(one => one.needs === null)
    this.#dialect = spoken(this.#announcers)
    this.log = this.#nobodysLog
    this.transport.dismiss()
  }

  /** The client waits to be told of changes, or does so no more. */
  listens(isListening: boolean): void {
    this.transport.listens(isListening)
    this.#attendance?.listens(isListening)
  }

  close(ending: Ending = this.isOver ? 'graceful' : this.cut): void {
    this.deselect()
    for (const ending of this.#endings) ending()
    this.#endings.clear()
    if (this.#identity !== null) this.shared.leave(this.#identity.account.id)
    this.#identity = null
    this.#attendance?.leave(ending)
    this.#attendance = null
  }
}

function spoken(announcers: readonly Announcer[]): Dialect {
  return Object.assign({}, rev1, ...announcers.map(one => one.dialect))
}
