/** Final delivery: from recipients to mailboxes and queue rows, with each account's Sieve script in between. */
import { domainOf, localForm, parseAddress, type RcptParameters } from '@lemonade/esmtp'
import {
  type AnswerOptions,
  type ContentTests,
  mailboxFor,
  memoryOf,
  rowsOf,
  type ScriptFiles,
  type Sender,
  specialUseOf,
} from '@lemonade/filter'
import type { Log } from '@lemonade/net'
import type {
  Account,
  DeliveryOptions,
  Deposit,
  Instant,
  MailSender,
  NewMemory,
  NewQueueEntry,
  PreparedContent,
  Route,
  Store,
} from '@lemonade/store'
import type { SieveExtension, SieveLimits } from 'sieve.js'
import type { ReturnPaths } from './forwarding/return-paths.ts'
import { accountRoute, routeTo } from './forwarding/routes.ts'
import type { MtaLimits } from './limits.ts'
import { aliasOptions, envelopeLines, envelopeOf, environmentOf, redirectOptions, timedOptions } from './parameters.ts'
import type { FilterRefusal } from './refusal.ts'
import { type Delivery, merged, withRemedies } from './remedy.ts'
import { Scripts, type Verdict } from './scripts.ts'
import { Teller } from './tell.ts'

/** A recipient with where its mail goes. */
export interface Destination {
  readonly address: string
  readonly parameters: RcptParameters
  readonly route: Route
}

/** A message on its way to mailboxes here. */
export interface Arrival {
  readonly id: string
  readonly at: Instant
  readonly reversePath: string
  /** Those of MAIL that stay with the message. */
  readonly parameters: Pick<
    DeliveryOptions,
    'ret' | 'envid' | 'smtpUtf8' | 'body' | 'by' | 'release' | 'authored' | 'priority' | 'tls'
  >
  readonly destinations: readonly Destination[]
  /** Address of the client that brought it; absent where nobody did. */
  readonly clientAddress?: string
  /** DMARC wants it out of sight: where no script decides, it goes to Junk (RFC 7489 §6.3). */
  readonly quarantined?: boolean
}

/** What one deposit will do, and what is to be told behind it. */
export interface Plan {
  readonly deliveries: readonly Delivery[]
  readonly enqueue: readonly NewQueueEntry[]
  /** What scripts have the store remember with it. */
  readonly remember: readonly NewMemory[]
  /** Of notifications that the outbox carries. */
  readonly events: NonNullable<Deposit['events']>
  /** Of the rows that bring their own: to be discarded when the plan has been done, or not. */
  readonly contents: readonly PreparedContent[]
  readonly complaints: readonly { readonly account: Account; readonly script: string; readonly text: string }[]
  readonly refusals: readonly FilterRefusal[]
  /** Destinations of which somebody takes the message, or drops it without a word. */
  readonly kept: ReadonlySet<Destination>
}

export interface DelivererOptions {
  readonly store: Store
  readonly hostname: string
  readonly delimiter: string
  readonly contentTests: ContentTests
  readonly converter?: AnswerOptions['converter']
  readonly files: ScriptFiles
  readonly sieveLimits: SieveLimits
  /** What scripts may require; default: what every server offers. */
  readonly extensions?: readonly SieveExtension[] | undefined
  /** Of this server, for scripts that ask. */
  readonly version: string
  readonly returnPaths: ReturnPaths
  /** Mail of others goes on with a return path of ours. */
  readonly rewritesSenders: boolean
  readonly limits: MtaLimits
  readonly log: Log
}

export class Deliverer {
  readonly #options: DelivererOptions
  readonly #scripts: Scripts
  readonly teller: Teller

  constructor(options: DelivererOptions) {
    this.#options = options
    const { store, files, delimiter, contentTests, converter, sieveLimits, extensions, limits, log } = options
    const scripts = { store, files, delimiter, contentTests, converter, limits: sieveLimits, extensions, log }
    this.#scripts = new Scripts({ ...scripts, limit: limits.scriptsKept })
    this.teller = new Teller(options)
  }

  /**
   * Where mail for an address goes. Throws Refusal where that is nowhere, or where the sender may not write to whom there is;
   * null is nobody in particular, whom nothing is closed for.
   */
  route(address: string, sender: MailSender | null): Promise<Route> {
    return routeTo(address, sender, this.#options)
  }

  /** The same for the account itself, where mail goes that a group or an alias has led to. Throws Refusal. */
  async accountRoute(name: string): Promise<Route> {
    return (await accountRoute(name, this.#options)) ?? this.route(name, null)
  }

  /** Runs the scripts. Nothing is done yet; `content` stays the caller's. */
  async plan(content: PreparedContent, arrival: Arrival): Promise<Plan> {
    const deliveries: Delivery[] = []
    const enqueue = new Map<string, NewQueueEntry>()
    /** Messages of scripts' own. */
    const sent: NewQueueEntry[] = []
    const refusals: FilterRefusal[] = []
    const kept = new Set<Destination>()
    const complaints: Plan['complaints'][number][] = []
    const remember: NewMemory[] = []
    const events: Plan['events'][number][] = []
    const contents: PreparedContent[] = []
    const environment = environmentOf(arrival, this.#options)
    for (const destination of arrival.destinations) {
      for (const account of destination.route.accounts) {
        const envelope = envelopeOf(arrival, destination)
        const verdict = await this.#scripts.run({
          account: account.id,
          content,
          envelope,
          environment,
          now: arrival.at,
        })
        remember.push(...verdict.remember.map(each => memoryOf(account.id, each, arrival.at)))
        contents.push(...verdict.contents)
        if (verdict.complaint !== null) complaints.push({ account, ...verdict.complaint })
        const refusal = verdict.actions.find(action => action.do === 'reject')
        if (refusal === undefined) kept.add(destination)
        else refusals.push({ destination, how: refusal.how, reason: refusal.reason })
        const before = deliveries.length
        for (const action of verdict.actions) {
          const rows = await rowsOf(action, { account, envelope, ...arrival, header: content.header }, this.#sender)
          if (rows !== null) {
            deliveries.push(...rows.deliveries)
            sent.push(...rows.enqueue)
            contents.push(...rows.contents)
            events.push(...rows.events)
          } else if (action !== refusal) {
            await this.#act(action, account, arrival, destination, deliveries, enqueue)
          }
        }
        const lines = envelopeLines(arrival, destination)
        deliveries.push(...deliveries.splice(before).map(delivery => ({ ...delivery, envelope: lines })))
      }
      for (const entry of await this.#away(destination, arrival)) {
        kept.add(destination)
        add(enqueue, entry)
      }
    }
    const queued = [...enqueue.values(), ...sent]
    return { deliveries: merged(deliveries), enqueue: queued, remember, events, contents, complaints, refusals, kept }
  }

  /**
   * Has done what a plan puts into mailboxes and queue, if that is anything; `remedied`, with less where the store wants
   * less. Throws StoreError.
   */
  async deposit(
    plan: Plan,
    deposit: (what: Omit<Deposit, 'content'>) => Promise<void>,
    remedied = true,
  ): Promise<void> {
    const { deliveries, enqueue, remember, events } = plan
    if (isIdle(plan)) return
    if (remedied) await withRemedies(deliveries, wanted => deposit({ deliveries: wanted, enqueue, remember, events }))
    else await deposit({ deliveries, enqueue, remember, events })
  }

  /** The queue entry of a destination here that cannot be served now. */
  later({ address, parameters }: Destination, arrival: Arrival): NewQueueEntry {
    const recipient = domainOf(address) === '' ? `${address}@${this.#options.hostname}` : address
    return this.#onward(recipient, arrival, { ...timedOptions(arrival), ...parameters })
  }

  /**
   * The queue entries of all who are behind a destination, each for itself: one of them cannot be served now, and need not
   * hold up the others.
   */
  async apart(destination: Destination, arrival: Arrival): Promise<readonly NewQueueEntry[]> {
    const options = { ...aliasOptions(arrival, destination), direct: true }
    const here = destination.route.accounts.map(({ name }) => this.#onward(name, arrival, options))
    return [...here, ...(await this.#away(destination, arrival))]
  }

  async #away(destination: Destination, arrival: Arrival): Promise<readonly NewQueueEntry[]> {
    const { foreign } = destination.route
    if (foreign.length === 0) return []
    const reversePath = await this.#returnPath(arrival.reversePath, destination)
    const options = aliasOptions(arrival, destination)
    return foreign.map(recipient => ({ ...this.#onward(recipient, arrival, options), reversePath }))
  }

  /** What the next server is to know as the sender of what goes on from here. */
  async #returnPath(reversePath: string, { address }: Destination): Promise<string> {
    const { hostname, returnPaths, rewritesSenders } = this.#options
    if (!rewritesSenders || reversePath === '' || (await this.#isOurs(reversePath))) return reversePath
    const domain = domainOf(address)
    return returnPaths.away(reversePath, domain === '' ? hostname : domain)
  }

  async #isOurs(address: string): Promise<boolean> {
    const domain = domainOf(localForm(address))
    return domain === this.#options.hostname || this.#options.store.domains.has(domain)
  }

  get #sender(): Sender {
    const { store, hostname, delimiter, limits } = this.#options
    return { store, hostname, delimiter, queueSeconds: limits.queueSeconds, messageOctets: limits.messageOctets }
  }

  async #act(
    action: Verdict['actions'][number],
    account: Account,
    arrival: Arrival,
    destination: Destination,
    deliveries: Delivery[],
    enqueue: Map<string, NewQueueEntry>,
  ): Promise<void> {
    const inbox = { account: account.id, mailbox: 'INBOX' }
    const { content } = action
    const edition = content === undefined ? {} : ({ content, isEdition: true } as const)
    switch (action.do) {
      case 'keep': {
        const suspect = arrival.quarantined === true && action.implicit
        const place = suspect ? { account: account.id, ...(await this.#junk(account)) } : inbox
        deliveries.push({ ...place, ...edition, flags: action.flags ?? [] })
        return
      }
      case 'fileinto': {
        const { create = false, flags = [] } = action
        const mailbox = await mailboxFor(this.#options.store, account.id, action)
        const specialUse = specialUseOf(action.specialUse)
        const use = specialUse === null ? {} : { specialUse }
        deliveries.push({ account: account.id, mailbox, create, ...use, ...edition, flags })
        return
      }
      case 'redirect': {
        const own = await this.#options.store.accounts.route(localForm(action.address), this.#options.delimiter)
        const loops = own?.accounts.some(({ id }) => id === account.id) === true
        // A script that sends mail to its own account would do so for ever (RFC 5228 §4.2, §10).
        if (loops || parseAddress(action.address) === null) {
          deliveries.push({ ...inbox, ...edition })
          return
        }
        const entry = { ...(await this.#redirected(action, account, arrival, destination)), account: account.id }
        if (content === undefined) return add(enqueue, entry)
        // What a script has edited is not what its author wrote, and must not be signed as if it were.
        const { authored: _authored, ...options } = entry.options ?? {}
        return add(enqueue, { ...entry, options, content })
      }
      default:
        // Only an extension that this server does not offer asks for anything else; the message is not lost for it.
        this.#options.log.warn({ account: account.name, action: action.do }, 'a script asked for the unknown')
        deliveries.push(inbox)
    }
  }

  /** RFC 6154 §2 */
  async #junk({ id }: Account): Promise<Pick<Delivery, 'mailbox' | 'create' | 'specialUse'>> {
    const specialUse = '\\Junk'
    const mailbox = await mailboxFor(this.#options.store, id, { mailbox: 'Junk', specialUse })
    return { mailbox, create: true, specialUse }
  }

  /** Who asks to hear of what becomes of it must be the one who sends it (RFC 6009 §6.1, §7.1). */
  async #redirected(
    { address, notify, ret, by }: Extract<Verdict['actions'][number], { do: 'redirect' }>,
    account: Account,
    arrival: Arrival,
    destination: Destination,
  ): Promise<NewQueueEntry> {
    const entry = this.#onward(address, arrival, redirectOptions(arrival, destination))
    if (notify === undefined && ret === undefined && by === undefined) {
      const isAway = !(await this.#isOurs(address))
      return isAway ? { ...entry, reversePath: await this.#returnPath(arrival.reversePath, destination) } : entry
    }
    return {
      ...entry,
      reversePath: arrival.reversePath === '' ? '' : account.name,
      options: {
        ...entry.options,
        ...(notify === undefined ? {} : { notify }),
        ...(ret === undefined ? {} : { ret }),
        ...(by === undefined ? {} : { by }),
      },
    }
  }

  #onward(recipient: string, arrival: Arrival, options: DeliveryOptions): NewQueueEntry {
    const expiresAt = arrival.at + this.#options.limits.queueSeconds * 1000
    return { reversePath: arrival.reversePath, recipient, expiresAt, options }
  }
}

/** True for a plan of which nothing comes. */
export function isIdle({ deliveries, enqueue, remember, events }: Plan): boolean {
  return deliveries.length + enqueue.length + remember.length + events.length === 0
}

/** One copy for each recipient; what a script has edited is another message than the one that all others send. */
function add(enqueue: Map<string, NewQueueEntry>, entry: NewQueueEntry): void {
  const key = entry.content === undefined ? entry.recipient : `${entry.recipient} ${entry.account}`
  if (!enqueue.has(key)) enqueue.set(key, entry)
}
