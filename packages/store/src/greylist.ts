/**
 * The memory of greylisting (RFC 6647): who has come before. Of what was seen only a hash is kept; a row ends by itself, and
 * where there are too many, those go first that would end first.
 */
import { createHash } from 'node:crypto'
import type { Greylist, GreylistAnswer, GreylistRules, GreylistTriple } from './api.ts'
import type { Engine } from './engine.ts'
import { job, type Tx } from './writer/job.ts'

interface Row {
  readonly id: number
  readonly firstAt: number
  readonly passes: number
}

interface Seen extends GreylistRules {
  readonly triple: Uint8Array
  /** The network together with the sender's domain. */
  readonly network: Uint8Array
}

/** Ended rows that a new one takes away: more than one, so that they become fewer. */
const sweptRows = 4

export const greylistSeen = job('greylist.seen', (tx, seen: Seen): GreylistAnswer => {
  const network = find(tx, seen.network)
  if (network !== undefined && network.passes >= seen.passes) {
    prolong(tx, network, tx.now + seen.keptMilliseconds, 0)
    return { waitMilliseconds: 0, isKnown: true }
  }
  const triple = find(tx, seen.triple)
  if (triple === undefined) {
    insert(tx, seen.triple, 0, tx.now + seen.windowMilliseconds)
    return { waitMilliseconds: seen.delayMilliseconds, isKnown: false }
  }
  const left = triple.passes > 0 ? 0 : triple.firstAt + seen.delayMilliseconds - tx.now
  if (left > 0) return { waitMilliseconds: left, isKnown: false }
  const until = tx.now + seen.keptMilliseconds
  prolong(tx, triple, until, 1)
  if (triple.passes === 0) {
    if (network === undefined) insert(tx, seen.network, 1, until)
    else prolong(tx, network, until, 1)
  }
  return { waitMilliseconds: 0, isKnown: false }
})

function find(tx: Tx, key: Uint8Array): Row | undefined {
  return tx
    .sql<Row>('SELECT id, first_at AS firstAt, passes FROM greylist WHERE key = ? AND until > ?')
    .get(key, tx.now)
}

function prolong(tx: Tx, { id }: Row, until: number, passes: number): void {
  tx.sql('UPDATE greylist SET until = ?, passes = passes + ? WHERE id = ?').run(until, passes, id)
}

function insert(tx: Tx, key: Uint8Array, passes: number, until: number): void {
  tx.sql('DELETE FROM greylist WHERE key = ?').run(key)
  tx.sql('DELETE FROM greylist WHERE id IN (SELECT id FROM greylist WHERE until <= ? ORDER BY until LIMIT ?)').run(
    tx.now,
    sweptRows,
  )
  tx.sql('INSERT INTO greylist (key, first_at, passes, until) VALUES (?, ?, ?, ?)').run(key, tx.now, passes, until)
  const rows = tx.number('SELECT count(*) FROM greylist')
  if (rows <= tx.limits.greylistEntries) return
  tx.sql('DELETE FROM greylist WHERE id IN (SELECT id FROM greylist WHERE key <> ? ORDER BY until LIMIT ?)').run(
    key,
    rows - tx.limits.greylistEntries,
  )
}

function hashOf(...parts: readonly string[]): Uint8Array {
  return new Uint8Array(createHash('sha256').update(parts.join('\0')).digest())
}

export function greylistOf({ writer }: Pick<Engine, 'writer'>): Greylist {
  return {
    seen: ({ network, sender, recipient }: GreylistTriple, rules) => {
      const domain = sender.slice(sender.lastIndexOf('@') + 1)
      return writer.run(greylistSeen, {
        ...rules,
        triple: hashOf('triple', network, sender, recipient),
        network: hashOf('network', network, domain),
      })
    },
  }
}
