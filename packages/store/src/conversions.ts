/**
 * Results of conversions (RFC 5259 §8.5), kept so that the next who asks for one has it at once.
 *
 * - They go by the octets that were converted, not by the message: the photo that was forwarded is the same photo.
 * - Where there are too many, those go first that nobody has used for longest. What is held stays, so that sizes that
 *   a client was told are true for as long as its session needs them (RFC 5259 §8.3).
 */
import { createHash } from 'node:crypto'
import type { Conversions, KeptConversion, StoredRange } from './api.ts'
import { type Claim, loosenBlob, readBlob, releaseClaims, useClaim } from './content/blob.ts'
import { exact } from './content/chunk.ts'
import { ropeOf } from './content/content.ts'
import { sliceRope } from './content/rope.ts'
import { Spool } from './content/spool.ts'
import { stage } from './content/stage.ts'
import type { Engine } from './engine.ts'
import type { Instant } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

/** How long a result may have been used before the store notes it again: a write for each reading would be too many. */
const noteMilliseconds = 60_000

interface Row {
  readonly id: number
  readonly description: string
  readonly blob: number
  readonly octets: number
  readonly usedAt: Instant
}

const columns = 'id, description, blob_id AS blob, octets, used_at AS usedAt'

interface NewConversion {
  readonly key: Uint8Array
  readonly description: string
  readonly claim: Claim
  readonly octets: number
  /** Identifiers of those that must stay. */
  readonly held: readonly number[]
}

/** Keeps a result, unless somebody else has been faster: then that one is the answer. */
export const keepConversion = job('conversions.keep', (tx, given: NewConversion): Row => {
  const blob = useClaim(tx, given.claim)
  const found = tx.sql<Row>(`SELECT ${columns} FROM conversions WHERE key = ?`).get(given.key)
  if (found !== undefined) return found
  const insert = tx.sql('INSERT INTO conversions (key, description, blob_id, octets, used_at) VALUES (?, ?, ?, ?, ?)')
  const { lastInsertRowid } = insert.run(given.key, given.description, blob, given.octets, tx.now)
  const id = Number(lastInsertRowid)
  makeRoom(tx, [...given.held, id])
  return { id, description: given.description, blob, octets: given.octets, usedAt: tx.now }
})

/** Takes the least recently used away until the rest is within the limits. */
function makeRoom(tx: Tx, held: readonly number[]): void {
  const [octets = 0, results = 0] =
    tx.raw<[number, number]>('SELECT total(octets), count(*) FROM conversions').get() ?? []
  let tooMany = results - tx.limits.conversions
  let tooLarge = octets - tx.limits.conversionOctets
  if (tooMany <= 0 && tooLarge <= 0) return
  const oldest = tx.raw<[number, number, number]>(
    `SELECT id, blob_id, octets FROM conversions WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY used_at, id`,
  )
  for (const [id, blob, size] of oldest.all(JSON.stringify(held))) {
    if (tooMany <= 0 && tooLarge <= 0) return
    tx.sql('DELETE FROM conversions WHERE id = ?').run(id)
    loosenBlob(tx, blob)
    tooMany -= 1
    tooLarge -= size
  }
}

export const noteConversionUse = job('conversions.note-use', (tx, id: number) => {
  tx.sql('UPDATE conversions SET used_at = ? WHERE id = ?').run(tx.now, id)
})

export function conversionsOf({ reader, writer, temporary, clock }: Engine): Conversions {
  /** How many hold each. */
  const held = new Map<number, number>()

  function hold(row: Row): KeptConversion {
    held.set(row.id, (held.get(row.id) ?? 0) + 1)
    let isHeld = true
    return {
      description: row.description,
      octets: row.octets,
      read: (start = 0, end = row.octets) => read(row, start, Math.min(end, row.octets)),
      release() {
        if (!isHeld) return
        isHeld = false
        const left = (held.get(row.id) ?? 0) - 1
        if (left > 0) held.set(row.id, left)
        else held.delete(row.id)
      },
    }
  }

  async function* read({ blob, octets }: Row, start: number, end: number): AsyncGenerator<Uint8Array> {
    if (start < end && octets > 0) yield* readBlob(reader, blob, start, end)
  }

  /** Of which octets, and what was done to them. */
  function keyOf({ content, start, end }: StoredRange, conversion: string): Uint8Array {
    const digest = createHash('sha256').update(conversion).update('\0')
    const hashOf = reader.raw<[Uint8Array | null]>('SELECT sha256 FROM blobs WHERE id = ?')
    for (const segment of sliceRope(ropeOf(reader, content), start, end)) {
      const sha256 = hashOf.get(segment.blob)?.[0]
      if (sha256 == null) throw new StoreError('damaged', `blob ${segment.blob} of content ${content} is missing`)
      digest.update(`${segment.start} ${segment.octets} `).update(sha256)
    }
    return exact(digest.digest())
  }

  return {
    async find(source, conversion) {
      const row = reader.sql<Row>(`SELECT ${columns} FROM conversions WHERE key = ?`).get(keyOf(source, conversion))
      if (row === undefined) return null
      const kept = hold(row)
      try {
        if (clock() - row.usedAt > noteMilliseconds) await writer.run(noteConversionUse, row.id)
      } catch (error) {
        kept.release()
        throw error
      }
      return kept
    },

    async keep(source, conversion, description, octets) {
      const key = keyOf(source, conversion)
      const spool = new Spool(temporary)
      let claim: Claim | null = null
      try {
        for await (const piece of octets) await spool.write(piece)
        claim = await stage(writer, spool, { start: 0, end: spool.octets })
        const given = { key, description, claim, octets: spool.octets, held: [...held.keys()] }
        return hold(await writer.run(keepConversion, given))
      } catch (error) {
        if (claim !== null) await writer.run(releaseClaims, [claim])
        throw error
      } finally {
        await spool.close()
      }
    },
  }
}
