/**
 * Conversions of parts of stored messages: what the store keeps is not made twice, and what several ask for at once is
 * made once.
 */
import { TransferDecoder } from '@lemonade/mime'
import type { ContentId, KeptConversion, Store } from '@lemonade/store'
import type { Converted, Converter, ConvertOptions, Plan } from './converter.ts'
import type { MediaType } from './media-type.ts'

/** The body of a part as it stands in stored content. */
export interface StoredPart {
  readonly content: ContentId
  readonly start: number
  readonly end: number
  /** Its transfer encoding, one that is known. */
  readonly encoding: string
}

/** A part after its conversion; it stays as it is until it is released. */
export interface ConvertedPart {
  readonly mediaType: MediaType
  /** The Content-Transfer-Encoding under which its octets could stand as they are. */
  readonly encoding: Converted['encoding']
  readonly octets: number
  /** Line feeds in it. */
  readonly lines: number
  readonly holdsNul: boolean
  /** Octets [start, end), as far as there are. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>
  release(): void
}

/** Octets that stay as they are until they are released. */
export type KeptOctets = Pick<ConvertedPart, 'octets' | 'read' | 'release'>

/** What is kept beside the octets of a result. */
type Description = Pick<ConvertedPart, 'mediaType' | 'encoding' | 'lines' | 'holdsNul'>

/** Makes a result, and keeps it. */
type Run = (signal: AbortSignal) => Promise<KeptConversion>

const identities: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary'])

/** A conversion that runs, for all who wait for it. */
interface Making {
  readonly made: Promise<KeptConversion>
  readonly controller: AbortController
  waiters: number
}

export class StoredConversions {
  readonly converter: Converter
  readonly #store: Store
  readonly #makings = new Map<string, Making>()

  constructor(store: Store, converter: Converter) {
    this.#store = store
    this.converter = converter
  }

  /** Rejects with ConvertProblem, with StoreError where the part cannot be read, and with the signal's reason. */
  async convert(part: StoredPart, plan: Plan, { account, signal }: ConvertOptions): Promise<ConvertedPart> {
    // The store knows which octets stand there; what they mean depends on the transfer encoding too.
    const conversion = `${part.encoding} ${plan.key}`
    const run = async (signal: AbortSignal) => {
      const result = await this.converter.convert(plan, () => this.#octetsOf(part), { account, signal })
      const { mediaType, encoding, octets } = result
      const description: Description = { mediaType, encoding, lines: linesIn(octets), holdsNul: octets.includes(0) }
      return this.#store.conversions.keep(part, conversion, JSON.stringify(description), [octets])
    }
    const kept = await this.#keptOrMade(part, conversion, run, signal)
    const description = JSON.parse(kept.description) as Description
    return { ...description, octets: kept.octets, read: kept.read, release: kept.release }
  }

  /**
   * A part as it is, but without its transfer encoding: where it has one it is decoded once, and kept as a result is, so
   * that any range of it can be read. Rejects with StoreError and with the signal's reason.
   */
  async decoded(part: StoredPart, signal?: AbortSignal): Promise<KeptOctets> {
    const { content, start, end, encoding } = part
    if (identities.has(encoding)) {
      const octets = end - start
      const read = (from = 0, to = octets) =>
        this.#store.contents.read(content, start + Math.min(from, octets), start + Math.min(to, octets))
      return { octets, read, release() {} }
    }
    const conversion = `${encoding} decoded`
    return this.#keptOrMade(
      part,
      conversion,
      () => this.#store.conversions.keep(part, conversion, '', this.#octetsOf(part)),
      signal,
    )
  }

  /** What the store keeps, or else the result of a run; the caller's to release. */
  async #keptOrMade(part: StoredPart, conversion: string, run: Run, signal?: AbortSignal): Promise<KeptConversion> {
    signal?.throwIfAborted()
    const kept = await this.#store.conversions.find(part, conversion)
    if (kept !== null) return kept
    const id = `${part.content} ${part.start} ${part.end} ${conversion}`
    const making = this.#makings.get(id) ?? begin(run)
    this.#makings.set(id, making)
    making.waiters++
    try {
      await orAborted(making.made, signal)
      // It cannot have gone: whoever made it holds it until nobody waits any more.
      return (await this.#store.conversions.find(part, conversion)) as KeptConversion
    } finally {
      if (--making.waiters === 0) {
        this.#makings.delete(id)
        making.controller.abort()
        making.made.then(result => result.release()).catch(() => {})
      }
    }
  }

  /** The part's octets without their transfer encoding. */
  async *#octetsOf({ content, start, end, encoding }: StoredPart): AsyncGenerator<Uint8Array> {
    const decoder = new TransferDecoder(encoding)
    for await (const octets of this.#store.contents.read(content, start, end)) {
      const piece = decoder.write(octets)
      if (piece.length > 0) yield piece
    }
    const last = decoder.end()
    if (last.length > 0) yield last
  }
}

/** Begins a run for all who will wait for it. */
function begin(run: Run): Making {
  const controller = new AbortController()
  const made = run(controller.signal)
  // Everybody may have stopped waiting.
  made.catch(() => {})
  return { made, controller, waiters: 0 }
}

async function orAborted<T>(waiting: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return waiting
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([waiting, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function linesIn(octets: Uint8Array): number {
  let lines = 0
  for (let at = octets.indexOf(0x0a); at !== -1; at = octets.indexOf(0x0a, at + 1)) lines++
  return lines
}
