/**
 * Results that a session holds: what a client was told of a converted part stays true while it fetches the part in pieces
 * (RFC 5259 §8.3). It holds so many at most; those that were used last.
 */
import type { ConvertedPart, Plan, StoredPart } from '@lemonade/convert'
import type { Session } from '../../session.ts'

/** As many as one command answers at once: none of them may go before it is sent. */
const leastHeld = 8

export class HeldConversions {
  readonly #session: Session
  /** The least recently used first. */
  readonly #parts = new Map<string, ConvertedPart>()

  /** Those of a session, for as long as somebody is logged in. */
  static of(session: Session): HeldConversions {
    const found = session.kept.get(HeldConversions) as HeldConversions | undefined
    if (found !== undefined) return found
    const held = new HeldConversions(session)
    session.kept.set(HeldConversions, held)
    session.whenOver(() => held.#releaseAll())
    return held
  }

  private constructor(session: Session) {
    this.#session = session
  }

  /** The result that the session holds, or else the one that `convert` gives. */
  async get(part: StoredPart, plan: Plan, convert: () => Promise<ConvertedPart>): Promise<ConvertedPart> {
    const key = `${part.content} ${part.start} ${part.end} ${plan.key}`
    const result = this.#parts.get(key) ?? (await convert())
    // The same may have been asked for twice at once.
    const other = this.#parts.get(key)
    if (other !== undefined && other !== result) result.release()
    this.#parts.delete(key)
    this.#parts.set(key, other ?? result)
    const most = Math.max(this.#session.limits.imapConversionsHeld, leastHeld)
    for (const [oldest, old] of this.#parts) {
      if (this.#parts.size <= most) break
      this.#parts.delete(oldest)
      old.release()
    }
    return other ?? result
  }

  #releaseAll(): void {
    for (const part of this.#parts.values()) part.release()
    this.#parts.clear()
  }
}
