/**
 * MULTISEARCH, RFC 7377: ESEARCH searches several mailboxes, which need not be selected.
 *
 * A mailbox that is not selected is opened only where a key asks for its message numbers or the like: a search by itself
 * needs none of them.
 */
import { type Instant, type SearchKey, StoreError } from '@lemonade/store'
import { type Access, accessTo, visibleMailboxes } from '../access.ts'
import { compareNames } from '../core/list-entries.ts'
import { answerReturns, type ReturnOption, refusable, returnOptions } from '../core/search-returns.ts'
import { type Call, command, extension } from '../extension.ts'
import { filterMailboxes, type MailboxFilter, subtreeOne } from '../grammar/filter-mailboxes.ts'
import { refusedProgram, type SearchProgram, searchProgram } from '../grammar/search-program.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import { View } from '../view.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'

interface Sources {
  readonly selected: boolean
  readonly others: readonly MailboxFilter[]
}

interface MultiSearching {
  readonly sources: Sources
  readonly returns: readonly ReturnOption[]
  readonly asked: SearchProgram
}

/** esearch = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program (RFC 7377 §4) */
function parseMultiSearch(p: Parser, at: Parsing): MultiSearching {
  p.sp()
  let sources: Sources = { selected: true, others: [] }
  if (p.tryWord('IN')) {
    p.sp()
    sources = sourceOptions(p, at)
    p.sp()
  }
  const returning = p.tryWord('RETURN')
  const returns = returning ? returnOptions(p, at) : allOf(at)
  if (returning) p.sp()
  const isElsewhere = sources.others.length > 0
  if (isElsewhere && returns.some(({ row }) => row.selectedOnly === 'not-beside-others'))
    throw new Bad('That option speaks of the selected mailbox')
  return { sources, returns, asked: refusedProgram(p, () => searchProgram(p, at)) }
}

/** What is told where nothing is said of it (RFC 7377 §2.1). */
function allOf({ tables }: Parsing): readonly ReturnOption[] {
  const row = tables.searchReturns.get('ALL')
  return row === undefined ? [] : [{ row, argument: undefined }]
}

/** esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")"; no scope option is known. */
function sourceOptions(p: Parser, at: Parsing): Sources {
  let selected = false
  const others: MailboxFilter[] = []
  let names = 0
  const count = () => {
    if (++names > at.limits.imapSearchMailboxes) throw new No('Too many mailboxes at once', 'LIMIT')
  }
  p.list1(() => {
    const word = p.word()
    count()
    if (word === 'SELECTED') selected = true
    else {
      const filter = word === 'SUBTREE-ONE' ? subtreeOne(p, at, count) : filterMailboxes(word, p, at, count)
      if (filter === null) throw new Bad(`There is no mailbox filter ${word}`)
      others.push(filter)
    }
  })
  return { selected, others }
}

export const multiSearchCommand = command({
  states: ['authenticated', 'selected'],
  messages: 'numbers',
  parse: parseMultiSearch,
  run: (session, searching, call) => refusable(session, searching.returns, call, run(session, searching, call)),
})

async function* run(
  session: Session,
  { sources, returns, asked }: MultiSearching,
  call: Call,
): AsyncGenerator<Response, Tagged, void> {
  // Messages of other mailboxes have no numbers here (RFC 7377 §2.1).
  const byUid = { ...call, byUid: true }
  const { selected } = session
  const isOfSelected = returns.some(({ row }) => row.selectedOnly !== undefined)
  if ((sources.selected && selected === null) || (isOfSelected && (selected === null || !sources.selected)))
    throw new Bad('No mailbox is selected')
  const criteria = await asked.prepare(session)
  for (const name of criteria.enables) yield* session.enable(name)
  const now = Date.now()
  if (sources.selected) yield* searchSelected(session, returns, criteria, now, byUid)
  const elsewhere = returns.filter(({ row }) => row.selectedOnly === undefined)
  for (const access of await mailboxesOf(session, sources)) {
    if (sources.selected && access.mailbox.id === selected?.mailbox.id) continue
    yield* searchElsewhere(session, access, elsewhere, criteria, now, byUid)
  }
  return ok('ESEARCH completed')
}

/** The mailboxes that the sources name beside the selected one, each once, and none without the right to read it. */
async function mailboxesOf(session: Session, { others }: Sources): Promise<readonly Access[]> {
  if (others.length === 0) return []
  const subscriptions = new Set(await session.store.mailboxes.subscriptions(session.account))
  const byName = new Map((await visibleMailboxes(session)).map(access => [access.name, access]))
  // What is named one by one need not be visible (RFC 7377 §2.2).
  for (const name of others.flatMap(({ named }) => [...named])) {
    const access = byName.has(name) ? null : await accessTo(session, name)
    if (access !== null) byName.set(name, access)
  }
  const found = [...byName.values()].filter(({ name, mailbox, rights }) => {
    if (!mailbox.selectable || !rights.has('r')) return false
    const subject = { name, isPersonal: mailbox.account === session.account, isSubscribed: subscriptions.has(name) }
    return others.some(filter => filter.matches(subject))
  })
  if (found.length > session.limits.imapSearchMailboxes) throw new No('Too many mailboxes at once', 'LIMIT')
  return found.sort((a, b) => compareNames(a.name, b.name))
}

async function* searchSelected(
  session: Session,
  returns: readonly ReturnOption[],
  criteria: SearchProgram,
  now: Instant,
  call: Call,
): AsyncGenerator<Response, void, void> {
  const { view } = session
  const program = criteria.program({ session, view, now })
  const mailbox = view.mailbox.id
  const uids = view.known(await session.store.messages.search(mailbox, program, call.signal))
  const done = { result: { uids, numbers: uids }, criteria, order: null, mailbox, program, now }
  yield* answerReturns(session, returns, done, call, { view, correlate: correlators(view.access) })
}

async function* searchElsewhere(
  session: Session,
  access: Access,
  returns: readonly ReturnOption[],
  criteria: SearchProgram,
  now: Instant,
  call: Call,
): AsyncGenerator<Response, void, void> {
  const mailbox = access.mailbox.id
  const opening = new Opening(session, access)
  try {
    const program = await opening.program(criteria, now)
    const uids = await session.store.messages.search(mailbox, program, call.signal)
    const view = uids.length > 0 && criteria.says.length > 0 ? await opening.view() : null
    const done = { result: { uids, numbers: uids }, criteria, order: null, mailbox, program, now }
    yield* answerReturns(session, returns, done, call, { view, correlate: correlators(access) })
  } catch (error) {
    // It was deleted meanwhile.
    if (!(error instanceof StoreError && error.problem === 'no-such-mailbox')) throw error
  } finally {
    opening.close()
  }
}

/** A mailbox that is opened when it must be. */
class Opening {
  readonly #session: Session
  readonly #access: Access
  #view: View | null = null

  constructor(session: Session, access: Access) {
    this.#session = session
    this.#access = access
  }

  async view(): Promise<View> {
    this.#view ??= await View.open(this.#session.store, this.#access, true)
    return this.#view
  }

  /** What the criteria ask of this mailbox. */
  async program(criteria: SearchProgram, now: Instant): Promise<SearchKey> {
    const session = this.#session
    const closed = {
      session,
      now,
      get view(): View {
        throw new NeedsView()
      },
    }
    try {
      return criteria.program(closed)
    } catch (error) {
      if (!(error instanceof NeedsView)) throw error
      return criteria.program({ session, now, view: await this.view() })
    }
  }

  close(): void {
    this.#view?.close()
  }
}

/** A key asks for what only an open mailbox has. */
class NeedsView extends Error {}

/** one-correlator: which mailbox a response speaks of (RFC 7377 §2.1) */
function correlators({ name, mailbox }: Access): (w: Writer) => void {
  return w => w.ascii(' MAILBOX ').mailbox(name).ascii(' UIDVALIDITY ').number(mailbox.uidValidity)
}

export const multiSearch = extension({
  rfc: 7377,
  advertise: 'MULTISEARCH',
  commands: { ESEARCH: multiSearchCommand },
})
