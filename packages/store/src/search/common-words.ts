/** Which words many contents have, as far as one thread has seen: a guess that decides what an index is worth, and no answer. */

/** Contents to have seen before a word is called common. */
const contentsAtFirst = 400
/** One content in so many makes a word common: verifying fewer than that is quick in any mailbox of 100,000. */
const oneIn = 400
/** After so many contents the older ones count half. */
const contentsAtMost = 4096
/** Words that are counted at once. */
const wordsAtMost = 100_000

export class CommonWords {
  readonly #counts = new Map<string, number>()
  #contents = 0

  /** Counts the words of one more content; answers with those that are common. */
  take(words: ReadonlySet<string>): string[] {
    if (++this.#contents > contentsAtMost) this.#age()
    const common: string[] = []
    for (const word of words) {
      const count = (this.#counts.get(word) ?? 0) + 1
      if (count > 1 || this.#counts.size < wordsAtMost) this.#counts.set(word, count)
      if (this.#contents > contentsAtFirst && count * oneIn >= this.#contents) common.push(word)
    }
    return common
  }

  #age(): void {
    this.#contents >>= 1
    for (const [word, count] of this.#counts) {
      if (count < 2) this.#counts.delete(word)
      else this.#counts.set(word, count >> 1)
    }
  }
}
