/**
 * Texts in one language by what they are in English, which is how the code says them.
 *
 * `{}` stands for what a text has of its own: a name, a number, or another text, which is translated too. A text that is
 * not here is said in English. A test holds the catalogues to the texts in the code.
 */

export type Texts = Readonly<Record<string, string>>

export class Catalogue {
  readonly #whole = new Map<string, string>()
  readonly #patterns: { readonly pattern: RegExp; readonly translation: string }[] = []

  constructor(texts: Texts) {
    for (const [english, translation] of Object.entries(texts)) {
      if (english.includes('{}')) this.#patterns.push({ pattern: patternOf(english), translation })
      else this.#whole.set(english, translation)
    }
  }

  /** The text in this language, or null. */
  find(text: string): string | null {
    const whole = this.#whole.get(text)
    if (whole !== undefined) return whole
    for (const { pattern, translation } of this.#patterns) {
      const match = pattern.exec(text)
      if (match === null) continue
      const own = match.slice(1).values()
      return translation.replace(/\{\}/g, () => this.translate(own.next().value ?? ''))
    }
    return null
  }

  /** The text in this language, or as it is. */
  translate(text: string): string {
    return this.find(text) ?? text
  }
}

function patternOf(english: string): RegExp {
  const literal = english.split('{}').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('(.+?)')}$`)
}
