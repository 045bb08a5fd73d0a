/**
 * Interned combinations of flags: a message row names one by number, so that what many messages share is said once.
 *
 * - Equal id, equal flags; an id keeps its meaning for ever.
 * - Keywords compare without case and keep the spelling in which their account first used them.
 */
import type { FlagRights, FlagSets } from './api.ts'
import type { Connection } from './connection.ts'
import { type StoreLimits, storeLimits } from './limits.ts'
import { type AccountId, type FlagSetId, type MailboxId, type SystemFlag, systemFlags } from './model.ts'
import { StoreError } from './problem.ts'
import type { Tx } from './writer/job.ts'

/** Flags as they are stored: a bit a system flag, and the rest by name. */
export interface Flags {
  readonly bits: number
  /** By folded form, in the account's spelling. */
  readonly keywords: ReadonlyMap<string, string>
}

/** The bit of a system flag in `flag_sets.flags`; part of the format on disk. */
export const flagBits: Readonly<Record<SystemFlag, number>> = {
  '\\Answered': 1,
  '\\Flagged': 2,
  '\\Deleted': 4,
  '\\Seen': 8,
  '\\Draft': 16,
}
const byFolded = new Map(systemFlags.map(flag => [flag.toLowerCase(), flagBits[flag]]))
// flag-keyword = atom (RFC 3501 §9).
const atom = /^[!#$&'+-Z[^-z|}~]+$/

/** Reads a list of flags. Throws bad-keyword. */
export function parseFlags(flags: readonly string[], limits: StoreLimits): Flags {
  let bits = 0
  const keywords = new Map<string, string>()
  for (const flag of flags) {
    const folded = flag.toLowerCase()
    const bit = byFolded.get(folded)
    if (bit !== undefined) bits |= bit
    else if (!atom.test(flag) || flag.length > limits.keywordOctets) throw new StoreError('bad-keyword', flag)
    else if (!keywords.has(folded)) keywords.set(folded, flag)
  }
  if (keywords.size > limits.keywordsPerMailbox) throw new StoreError('too-many-keywords')
  return { bits, keywords }
}

/**
 * What becomes of flags where only those may change that the rights reach: s, t and w (RFC 4314 §4). The others are as
 * they were before.
 */
export function within(rights: FlagRights, before: Flags, after: Flags): Flags {
  const { '\\Seen': seen, '\\Deleted': deleted, ...others } = flagBits
  const bits =
    (rights.includes('s') ? seen : 0) |
    (rights.includes('t') ? deleted : 0) |
    (rights.includes('w') ? Object.values(others).reduce((sum, bit) => sum | bit) : 0)
  const { keywords } = rights.includes('w') ? after : before
  return { bits: (after.bits & bits) | (before.bits & ~bits), keywords }
}

/** The rights that reach every flag. */
export const everyFlag: FlagRights = 'stw'

export const noFlags: Flags = { bits: 0, keywords: new Map() }

/** The set of these flags, made where it is not there yet. */
export function internFlags(tx: Tx, account: AccountId, { bits, keywords }: Flags): FlagSetId {
  const names = [...keywords]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folded, name]) => spell(tx, account, folded, name))
  const text = names.join(' ')
  const found = tx
    .raw<[number]>('SELECT id FROM flag_sets WHERE account_id = ? AND flags = ? AND keywords = ?')
    .get(account, bits, text)
  if (found !== undefined) return found[0] as FlagSetId
  const insert = tx.sql('INSERT INTO flag_sets (account_id, flags, keywords) VALUES (?, ?, ?)')
  return Number(insert.run(account, bits, text).lastInsertRowid) as FlagSetId
}

function spell(tx: Tx, account: AccountId, folded: string, name: string): string {
  const known = tx.raw<[string]>('SELECT name FROM keywords WHERE account_id = ? AND folded = ?').get(account, folded)
  if (known !== undefined) return known[0]
  tx.sql('INSERT INTO keywords (account_id, folded, name) VALUES (?, ?, ?)').run(account, folded, name)
  return name
}

/** What a set holds. */
export function readFlags(reader: Pick<Connection, 'raw'>, set: FlagSetId): Flags {
  const row = reader.raw<[number, string]>('SELECT flags, keywords FROM flag_sets WHERE id = ?').get(set)
  if (row === undefined) throw new StoreError('damaged', `flag set ${set} is missing`)
  return { bits: row[0], keywords: new Map(splitKeywords(row[1]).map(name => [name.toLowerCase(), name])) }
}

/** The keywords of a set, as `flag_sets` has them. */
export function splitKeywords(text: string): string[] {
  return text === '' ? [] : text.split(' ')
}

/** Keywords in use in a mailbox. */
export function keywordsIn(reader: Pick<Connection, 'raw'>, mailbox: MailboxId): Set<string> {
  const rows = reader
    .raw<[string]>(
      `SELECT DISTINCT keywords FROM mailbox_flag_sets JOIN flag_sets ON flag_sets.id = flag_set
       WHERE mailbox_id = ? AND keywords <> ''`,
    )
    .all(mailbox)
  return new Set(rows.flatMap(([text]) => splitKeywords(text)))
}

/** Throws too-many-keywords where a mailbox has more of them in use than it may. */
export function boundKeywords(tx: Tx, mailbox: MailboxId): void {
  if (keywordsIn(tx, mailbox).size > tx.limits.keywordsPerMailbox) throw new StoreError('too-many-keywords')
}

/** Names of flags that are remembered; with more, the memory begins anew. */
const namesKept = 200_000

interface Known {
  readonly bits: number
  readonly flags: readonly string[]
  readonly folded: ReadonlySet<string>
}

/** Remembers what sets hold: that never changes. */
export class FlagSetCache implements FlagSets {
  readonly #reader: Connection
  readonly #known = new Map<FlagSetId, Known>()
  readonly #limit: number
  readonly keywordsLimit: number
  #names = 0

  constructor(reader: Connection, limit = namesKept, keywordsLimit = storeLimits.keywordsPerMailbox) {
    this.#reader = reader
    this.#limit = limit
    this.keywordsLimit = keywordsLimit
  }

  flags(set: FlagSetId): readonly string[] {
    return this.#get(set).flags
  }

  has(set: FlagSetId, flag: string): boolean {
    const folded = flag.toLowerCase()
    const bit = byFolded.get(folded)
    const known = this.#get(set)
    return bit === undefined ? known.folded.has(folded) : (known.bits & bit) !== 0
  }

  async keywords(mailbox: MailboxId): Promise<readonly string[]> {
    return [...keywordsIn(this.#reader, mailbox)].sort()
  }

  #get(set: FlagSetId): Known {
    let known = this.#known.get(set)
    if (known === undefined) {
      const { bits, keywords } = readFlags(this.#reader, set)
      const system = systemFlags.filter(flag => bits & flagBits[flag])
      known = { bits, flags: [...system, ...keywords.values()], folded: new Set(keywords.keys()) }
      this.#names += known.flags.length
      if (this.#names > this.#limit) {
        this.#known.clear()
        this.#names = known.flags.length
      }
      this.#known.set(set, known)
    }
    return known
  }
}
