/** A store's database for tests, filled without a writer thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factsOf } from '@lemonade/mime'
import { Connection } from '../connection.ts'
import { newBlob } from '../content/blob.ts'
import { type StoredContent, storeContent } from '../content/content.ts'
import { cut } from '../content/cut.ts'
import { factsFor } from '../content/ingest.ts'
import { FlagSetCache, internFlags, parseFlags } from '../flag-sets.ts'
import { storeLimits } from '../limits.ts'
import { migrate } from '../migrate.ts'
import type { AccountId, ContentId, MailboxId, Uid } from '../model.ts'
import { allUids } from '../uid-ranges.ts'
import { type Job, job, Tx } from '../writer/job.ts'
import { CommonWords } from './common-words.ts'
import { forgetTexts, indexTexts } from './index-jobs.ts'
import { prepareTexts } from './prepare.ts'
import type { SearchKey } from './program.ts'
import { type SearchCosts, type SearchReader, search } from './search.ts'
import { ExtractedTexts } from './source.ts'

export interface Placement {
  readonly flags?: readonly string[]
  readonly internalDate?: number
  readonly saveDate?: number
  readonly modSeq?: number
  readonly thread?: number
}

export interface TestMessage extends Placement {
  readonly octets: Uint8Array
}

export class TestStore {
  readonly file: string
  readonly connection: Connection
  readonly mailbox: MailboxId
  readonly #directory: string
  readonly #common = new CommonWords()

  constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), 'lemonade-search-'))
    this.file = join(this.#directory, 'lemonade.db')
    this.connection = new Connection(this.file)
    // Nothing here need survive a power failure.
    this.connection.run('PRAGMA synchronous = OFF')
    migrate(this.connection)
    this.connection
      .sql("INSERT INTO accounts (id, name, display_name, created_at) VALUES (1, 'a@example', '', 0)")
      .run()
    this.mailbox = this.addMailbox('INBOX')
  }

  addMailbox(name: string): MailboxId {
    const insert = this.connection.sql(
      'INSERT INTO mailboxes (account_id, name, uid_validity, highest_modseq, created_at) VALUES (1, ?, 1, 1, 0)',
    )
    return Number(insert.run(name).lastInsertRowid) as MailboxId
  }

  run<A, R>(job: Job<A, R>, args: A, now = 0): R {
    return this.connection.transaction(() => job.run(new Tx(this.connection, now, storeLimits), args))
  }

  add(messages: readonly TestMessage[], mailbox = this.mailbox): { uids: Uid[]; contents: ContentId[] } {
    return this.connection.transaction(() => {
      const tx = new Tx(this.connection, 0, storeLimits)
      const contents = messages.map(({ octets }) => this.#store(tx, octets))
      const uids = messages.map((message, at) => this.#place(tx, mailbox, contents[at] as StoredContent, message))
      return { uids, contents: contents.map(({ content }) => content) }
    })
  }

  /** One more copy of a content. */
  copy(content: ContentId, mailbox: MailboxId): Uid {
    const octets = this.connection.number('SELECT octets FROM contents WHERE id = ?', content)
    return this.run(
      job('test.copy', tx => this.#place(tx, mailbox, { content, octets, messageId: null, references: [] }, {})),
      null,
    )
  }

  #place(tx: Tx, mailbox: MailboxId, { content, octets }: StoredContent, message: Placement): Uid {
    const { flags = [], internalDate = 0, saveDate = 0, modSeq = 1, thread = content } = message
    const set = internFlags(tx, 1 as AccountId, parseFlags(flags, storeLimits))
    const uid = tx.number('UPDATE mailboxes SET uid_next = uid_next + 1 WHERE id = ? RETURNING uid_next - 1', mailbox)
    tx.sql('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      ...[mailbox, uid, content, set, modSeq, internalDate, saveDate, octets, thread],
    )
    tx.sql(`INSERT INTO mailbox_flag_sets VALUES (?, ?, 1, 0) ON CONFLICT DO UPDATE SET messages = messages + 1`).run(
      mailbox,
      set,
    )
    return uid as Uid
  }

  #store(tx: Tx, octets: Uint8Array): StoredContent {
    const parsed = factsOf(octets)
    const ranges = cut(parsed.structure, octets.length)
    return storeContent(tx, {
      kind: 'new',
      facts: factsFor(parsed),
      blobs: ranges.map(({ start, end }) => newBlob(octets.subarray(start, end))),
      rope: ranges.map(({ start, end }, blob) => ({ blob, start: 0, octets: end - start })),
    })
  }

  /** Expunges messages and takes their contents away, as the collector does. */
  remove(uids: readonly Uid[], mailbox = this.mailbox): void {
    this.connection.transaction(() => {
      for (const uid of uids) {
        const removed = this.connection.raw<[ContentId, number]>(
          'DELETE FROM messages WHERE mailbox_id = ? AND uid = ? RETURNING content_id, flag_set',
        )
        const [content, set] = removed.get(mailbox, uid) as [ContentId, number]
        const discount = 'UPDATE mailbox_flag_sets SET messages = messages - 1 WHERE mailbox_id = ? AND flag_set = ?'
        this.connection.sql(discount).run(mailbox, set)
        const unnamed = 'DELETE FROM contents WHERE id = ? AND NOT EXISTS (SELECT 1 FROM messages WHERE content_id = ?)'
        this.connection.sql(unnamed).run(content, content)
      }
    })
  }

  /** Takes the next batch into the text index and takes out what has gone; answers whether there was a batch. */
  index(between?: () => void): boolean {
    const { batch } = finish(prepareTexts(this.connection, this.#common))
    between?.()
    const indexed = batch !== null && this.run(indexTexts, batch)
    while (this.run(forgetTexts, null));
    return indexed
  }

  /** What a read on the reader thread gets. */
  reader(): SearchReader {
    const flagSets = new FlagSetCache(this.connection)
    return { connection: this.connection, flagSets, extracted: new ExtractedTexts(10_000) }
  }

  search(program: SearchKey, mailbox = this.mailbox, costs?: SearchCosts): number[] {
    return [...finish(search(this.reader(), mailbox, program, allUids, costs))]
  }

  close(): void {
    this.connection.close()
    rmSync(this.#directory, { recursive: true })
  }
}

/** Takes every step of a read. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
