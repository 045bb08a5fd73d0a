/** Messages as others see them: the jobs that change them, and pages of what is there. */
import type { Appended, Deposit, Messages, NewMessage, PreparedContent } from './api.ts'
import { type AppendAnswer, type AppendRequest, append, replace } from './append.ts'
import { changesSince } from './changes.ts'
import { type Prepared, preparedOf } from './content/ingest.ts'
import type { CopyAnswer, CopyRequest } from './copy.ts'
import { copy, move } from './copy.ts'
import { type DepositRequest, deposit } from './deposit.ts'
import type { Engine } from './engine.ts'
import { expunge } from './expunge.ts'
import { factsOfPage } from './facts.ts'
import { below, firstTooMany } from './facts-room.ts'
import { everyFlag } from './flag-sets.ts'
import { storeFlags } from './flags.ts'
import { selectableMailbox } from './mailbox-row.ts'
import { memoryRequest } from './memory.ts'
import type { ContentId, FlagSetId, Instant, MailboxId, Message, ModSeq, Uid, UidRanges } from './model.ts'
import { emailIdOf, threadIdOf } from './objectid.ts'
import { isCheaperSorted, place, placeSorted } from './search/place.ts'
import type { SearchKey } from './search/program.ts'
import { searchTable } from './search/table.ts'
import type { Job } from './writer/job.ts'

export function messagesOf(engine: Engine): Messages {
  const { reader, writer, indexes } = engine
  const transfer = async (job: Job<CopyRequest, CopyAnswer>, request: CopyRequest) => {
    const { target, from, to, modSeq, before } = await writer.run(job, request)
    return { target, from: Array.from(from) as Uid[], to: Array.from(to) as Uid[], modSeq, before }
  }
  const put = async (
    messages: readonly NewMessage[],
    run: (request: Omit<AppendRequest, 'mailbox'>) => Promise<AppendAnswer>,
  ): Promise<Appended> => {
    const prepared = [...new Set(messages.map(message => preparedOf(message.content)))]
    const { contents, ...answer } = await run({
      contents: prepared.map(({ source }) => source),
      messages: messages.map(({ content, flags, internalDate, annotations }) => ({
        content: prepared.indexOf(preparedOf(content)),
        flags,
        internalDate: internalDate ?? engine.clock(),
        ...(annotations && { annotations }),
      })),
    })
    await Promise.all(prepared.map((each, index) => each.became(contents[index] as ContentId)))
    return answer
  }
  /** What a program matches, where the mailbox's table in memory tells. */
  const known = async (mailbox: MailboxId, program: SearchKey, among?: UidRanges): Promise<Uint32Array | undefined> => {
    const state = await indexes.state(mailbox)
    const found = state && searchTable(state, program, (set, flag) => engine.flagSets.has(set, flag), among)
    return found ?? undefined
  }
  return {
    append: (mailbox, messages) => put(messages, request => writer.run(append, { mailbox, ...request })),
    replace: (from, uid, mailbox, message) =>
      put([message], request => writer.run(replace, { mailbox, ...request, replaced: { mailbox: from, uid } })),
    copy: (from, uids, to, rights = everyFlag, carried = 'all') => transfer(copy, { from, uids, to, rights, carried }),
    move: (from, uids, to, rights = everyFlag, carried = 'all') => transfer(move, { from, uids, to, rights, carried }),
    async storeFlags(mailbox, uids, change) {
      const { before, ...stored } = await writer.run(storeFlags, { mailbox, uids, change })
      await indexes.stored(mailbox, before, stored)
      return stored
    },
    async expunge(mailbox, uids) {
      const isDeleted = (set: FlagSetId) => engine.flagSets.has(set, '\\Deleted')
      return writer.run(expunge, { mailbox, uids: await indexes.narrow(mailbox, uids, isDeleted) })
    },
    page: async (mailbox, uids, limit) => reader.snapshot(() => page(engine, mailbox, uids, limit)),
    async facts(mailbox, uids, want, limit) {
      const next = firstTooMany(reader, mailbox, uids, limit)
      return Object.assign(factsOfPage(reader, mailbox, below(uids, next), want, limit), { next })
    },
    changesSince: async (mailbox, modSeq) => changesSince(reader, mailbox, modSeq),
    index: mailbox => indexes.hold(mailbox),
    async search(mailbox, program, signal, among) {
      return (await known(mailbox, program, among)) ?? engine.searching.search(mailbox, program, signal, among)
    },
    async sort(mailbox, program, keys, signal) {
      return engine.searching.sort(mailbox, program, keys, signal, await known(mailbox, program))
    },
    async place(mailbox, keys, list, uids) {
      if (isCheaperSorted(list, uids.length, (await indexes.state(mailbox))?.count ?? list.length)) {
        return placeSorted(list, uids, await engine.searching.sort(mailbox, { key: 'all' }, keys))
      }
      return place(reader, mailbox, keys, list, uids)
    },
    relevancy: (mailbox, program, uids, signal) => engine.searching.relevancy(mailbox, program, uids, signal),
    thread: (mailbox, program, algorithm, signal) => engine.searching.thread(mailbox, program, algorithm, signal),
    async deposit(request) {
      const stored = await writer.run(deposit, depositRequest(engine, request))
      await depositBecame(request, stored)
    },
  }
}

/** What a deposit stores: its own content, and those that deliveries and queue entries bring. */
function contentsOf({ content, deliveries, enqueue }: Deposit): readonly Prepared[] {
  const wanted = [...deliveries, ...enqueue].map(each => each.content ?? content)
  return [...new Set((wanted.length === 0 ? [content] : wanted).map(preparedOf))]
}

/** Tells contents that they are stored now, as which. */
export async function depositBecame(deposit: Deposit, stored: readonly ContentId[]): Promise<void> {
  for (const [index, content] of contentsOf(deposit).entries()) await content.became(stored[index] as ContentId)
}

/** A deposit as its job takes it. */
export function depositRequest(engine: Engine, deposit: Deposit): DepositRequest {
  const now = engine.clock()
  const contents = contentsOf(deposit)
  const indexOf = (content: PreparedContent = deposit.content) => contents.indexOf(preparedOf(content))
  return {
    beyondQuota: deposit.beyondQuota ?? false,
    contents: contents.map(content => content.source),
    deliveries: deposit.deliveries.map(
      ({ account, mailbox, create, specialUse, flags, internalDate, envelope, content, once }) => ({
        content: indexOf(content),
        account,
        mailbox,
        create: create ?? false,
        specialUse: specialUse === undefined ? [] : [specialUse],
        flags: flags ?? [],
        internalDate: internalDate ?? now,
        envelope: envelope ?? null,
        once: once === undefined ? null : memoryRequest(once),
      }),
    ),
    enqueue: deposit.enqueue.map(
      ({ reversePath, recipient, account, expiresAt, notBefore, options, content, once }) => ({
        content: indexOf(content),
        reversePath,
        recipient,
        account: account ?? null,
        expiresAt,
        notBefore: notBefore ?? now,
        options: options ?? {},
        once: once === undefined ? null : memoryRequest(once),
      }),
    ),
    remember: (deposit.remember ?? []).map(memoryRequest),
    events: deposit.events ?? [],
    spend: deposit.spend ?? null,
  }
}

type MessageColumns = [
  uid: Uid,
  content: ContentId,
  flagSet: FlagSetId,
  modSeq: ModSeq,
  internalDate: Instant,
  saveDate: Instant,
  octets: number,
  thread: number,
]

function page({ reader }: Engine, mailbox: MailboxId, ranges: UidRanges, limit: number): Message[] {
  selectableMailbox(reader, mailbox)
  const select = reader.raw<MessageColumns>(
    `SELECT uid, content_id, flag_set, modseq, internal_date, save_date, octets, thread FROM messages
     WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?`,
  )
  const messages: Message[] = []
  for (const { first, last } of ranges) {
    if (messages.length >= limit) break
    for (const row of select.all(mailbox, first, last, limit - messages.length)) messages.push(new PageRow(row))
  }
  return messages
}

/** A row of a page; its identifiers are spelt out only for who asks for them. */
class PageRow implements Message {
  readonly uid: Uid
  readonly content: ContentId
  readonly flagSet: FlagSetId
  readonly modSeq: ModSeq
  readonly internalDate: Instant
  readonly saveDate: Instant
  readonly octets: number
  readonly #thread: number

  constructor([uid, content, flagSet, modSeq, internalDate, saveDate, octets, thread]: MessageColumns) {
    this.uid = uid
    this.content = content
    this.flagSet = flagSet
    this.modSeq = modSeq
    this.internalDate = internalDate
    this.saveDate = saveDate
    this.octets = octets
    this.#thread = thread
  }

  get emailId(): string {
    return emailIdOf(this.content)
  }

  get threadId(): string {
    return threadIdOf(this.#thread)
  }
}
