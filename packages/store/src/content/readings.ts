/** Which contents are being read in this process, piece by piece: the collector leaves them until later. */
import type { ContentId } from '../model.ts'

export class Readings {
  readonly #counts = new Map<ContentId, number>()

  /** Begins to read; returns what ends it. */
  begin(content: ContentId): () => void {
    this.#counts.set(content, (this.#counts.get(content) ?? 0) + 1)
    return () => {
      const left = (this.#counts.get(content) ?? 0) - 1
      if (left > 0) this.#counts.set(content, left)
      else this.#counts.delete(content)
    }
  }

  get contents(): readonly ContentId[] {
    return [...this.#counts.keys()]
  }
}
