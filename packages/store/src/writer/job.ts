/**
 * Mutations, as synchronous functions that the writer thread runs.
 *
 * - A job sees the state that all earlier jobs left, and changes it wholly or not at all.
 * - Its answer, its wake-ups and its topics are told only after COMMIT.
 * - Its arguments and its answer cross threads: plain data and octets.
 */
import { raiseModSeq } from '../account-modseq.ts'
import type { Connection, Row, Statement, Value } from '../connection.ts'
import type { StoreLimits } from '../limits.ts'
import type { AccountId, Instant, ModSeq, Origin, WakeUp } from '../model.ts'
import { StoreError } from '../problem.ts'

/** Wake-ups that are no account's. */
export type Topic = 'queue' | 'outbox' | 'rights' | 'devices'

export interface Job<A, R> {
  readonly name: string
  readonly run: (tx: Tx, args: A) => R
}

export function job<A, R>(name: string, run: (tx: Tx, args: A) => R): Job<A, R> {
  return { name, run }
}

export interface Usage {
  readonly messages: number
  readonly octets: number
}

/** All that a mutation may do. One stands for one run of one job. */
export class Tx {
  readonly now: Instant
  readonly limits: StoreLimits
  /** On whose behalf; null where nobody has said so. */
  readonly origin: Origin | null
  readonly #connection: Connection
  readonly #modSeqs = new Map<AccountId, ModSeq>()
  readonly #topics = new Set<Topic>()
  readonly #usage = new Map<AccountId, Usage>()
  /** What this job adds is taken though it go beyond a quota. */
  beyondQuota = false

  constructor(connection: Connection, now: Instant, limits: StoreLimits, origin: Origin | null = null) {
    this.#connection = connection
    this.now = now
    this.limits = limits
    this.origin = origin
  }

  sql<R = Row>(text: string): Statement<R> {
    return this.#connection.sql<R>(text)
  }

  raw<R extends readonly Value[]>(text: string): Statement<R> {
    return this.#connection.raw<R>(text)
  }

  number(text: string, ...parameters: Value[]): number {
    return this.#connection.number(text, ...parameters)
  }

  /**
   * The mod-sequence of this job's changes in an account: one a job, and whoever watches the account will hear of it.
   * Throws no-such-account where it is gone, though the collector may still be at it.
   */
  modSeq(account: AccountId): ModSeq {
    let modSeq = this.#modSeqs.get(account)
    if (modSeq === undefined) {
      modSeq = raiseModSeq(this, account)
      if (modSeq === undefined) throw new StoreError('no-such-account', `account ${account}`)
      this.#modSeqs.set(account, modSeq)
    }
    return modSeq
  }

  /** Notes that the mailboxes of an account have so much more in them, or less. */
  uses(account: AccountId, messages: number, octets: number): void {
    const usage = this.#usage.get(account) ?? { messages: 0, octets: 0 }
    this.#usage.set(account, { messages: usage.messages + messages, octets: usage.octets + octets })
  }

  /** What the job has changed in all of an account's mailboxes, by account. */
  get usage(): ReadonlyMap<AccountId, Usage> {
    return this.#usage
  }

  /** Writes an event of RFC 5423 §4 into the outbox, with who has caused it (§5). */
  event(type: string, account: AccountId | null, parameters: Readonly<Record<string, unknown>>): void {
    this.eventAgain(type, account, { ...parameters, pid: process.pid, ...this.origin })
  }

  /** Writes an event that has been told before. */
  eventAgain(type: string, account: AccountId | null, parameters: Readonly<Record<string, unknown>>): void {
    this.sql('INSERT INTO outbox (at, account_id, type, parameters) VALUES (?, ?, ?, ?)').run(
      this.now,
      account,
      type,
      JSON.stringify(parameters),
    )
    this.#topics.add('outbox')
  }

  /** Wakes those who wait for new rows of a kind. */
  topic(topic: Topic): void {
    this.#topics.add(topic)
  }

  wakeUps(): WakeUp[] {
    return Array.from(this.#modSeqs, ([account, modSeq]) => ({ account, modSeq }))
  }

  topics(): Iterable<Topic> {
    return this.#topics
  }
}
