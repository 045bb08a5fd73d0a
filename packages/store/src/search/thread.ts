/** THREAD: what a search has found as conversations (RFC 5256 §3, and REFS, which stayed a draft of its working group). */
import type { MailboxId } from '../model.ts'
import { Forest } from './forest.ts'
import { order } from './order.ts'
import type { SearchKey, ThreadAlgorithm, Threads } from './program.ts'
import { linkReferences, mergeSubjects } from './references.ts'
import { readRows } from './rows.ts'
import { type SearchReader, search } from './search.ts'

/** What the algorithms look at, a column each; one index is one message. */
export interface Threadable {
  /** As it is compared: the Date field's, or the INTERNALDATE (RFC 5256 §2.2). */
  readonly sent: Float64Array
  readonly subject: string[]
  readonly isReply: Uint8Array
  readonly id: (string | null)[]
  /** Oldest first. */
  readonly references: (readonly string[])[]
}

/** The conversations of the messages that match. Throws no-such-mailbox, too-big. */
export function* thread(
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  algorithm: ThreadAlgorithm,
): Generator<void, Threads> {
  const uids = yield* search(reader, mailbox, program)
  const kept = reader.conversations?.of(mailbox, algorithm, uids)
  if (kept) return kept
  const threads = yield* threadsOf(reader, mailbox, uids, algorithm)
  reader.conversations?.keep(mailbox, algorithm, uids, threads)
  return threads
}

function* threadsOf(
  reader: SearchReader,
  mailbox: MailboxId,
  uids: Uint32Array,
  algorithm: ThreadAlgorithm,
): Generator<void, Threads> {
  const messages = yield* threadable(reader, mailbox, uids)
  const forest = new Forest(uids.length)
  const bySent = yield* sentOrder(reader, mailbox, uids, messages.sent)
  switch (algorithm) {
    case 'ordered-subject':
      linkSubjects(forest, messages.subject, bySent)
      break
    case 'references':
      yield* linkReferences(forest, messages)
      mergeSubjects(forest, messages, bySent)
      break
    case 'refs':
      // As REFERENCES, but subjects are not asked, and the thread with the latest message comes last.
      yield* linkReferences(forest, messages)
      break
  }
  const roots = algorithm === 'refs' ? yield* forest.rootsByLast(bySent) : undefined
  const { nodes, depths } = yield* forest.preorder(bySent, roots)
  return { uids: nodes.map(node => (node < uids.length ? (uids[node] as number) : 0)), depths }
}

/** Indexes of the messages by their sent date; those of one date as they stand in the mailbox. */
function* sentOrder(
  reader: SearchReader,
  mailbox: MailboxId,
  uids: Uint32Array,
  sent: Float64Array,
): Generator<void, Uint32Array> {
  const kept = yield* reader.orders?.inOrder(reader, mailbox, [{ by: 'date', reverse: false }], uids) ?? []
  if (!kept) return yield* order(uids.length, [{ values: sent, reverse: false }])
  const indexes = new Map<number, number>()
  for (const [index, uid] of uids.entries()) indexes.set(uid, index)
  return kept.map(uid => indexes.get(uid) as number)
}

const nothing: readonly string[] = []

function* threadable(reader: SearchReader, mailbox: MailboxId, uids: Uint32Array): Generator<void, Threadable> {
  const count = uids.length
  const messages: Threadable = {
    sent: new Float64Array(count),
    subject: new Array<string>(count).fill(''),
    isReply: new Uint8Array(count),
    id: new Array<string | null>(count).fill(null),
    references: new Array<readonly string[]>(count).fill(nothing),
  }
  yield* readRows<[number, number, string, number, string | null, string]>(
    reader.connection,
    mailbox,
    uids,
    ['ifnull(c.sent_at, m.internal_date)', 'c.base_subject', 'c.is_reply', 'c.message_id', 'c.message_references'],
    ([, sent, subject, isReply, id, references], index) => {
      messages.sent[index] = sent
      messages.subject[index] = subject
      messages.isReply[index] = isReply
      messages.id[index] = id
      if (references !== '') messages.references[index] = references.split('\n')
    },
  )
  return messages
}

/** ORDEREDSUBJECT: the oldest message of each base subject has the others as its children. */
function linkSubjects(forest: Forest, subjects: readonly string[], bySent: Uint32Array): void {
  const oldest = new Map<string, number>()
  for (const message of bySent) {
    const subject = subjects[message] as string
    const first = oldest.get(subject)
    if (first === undefined) oldest.set(subject, message)
    else forest.link(first, message)
  }
}
