/**
 * Index terms: every three code units in a row inside a word of collated text, with some short cuts for needles that
 * three units cannot serve. Terms only narrow a search down; `text.ts` decides. So a rule here may be as coarse as it
 * likes, as long as whatever contains a needle has all the terms of the needle.
 *
 * - A word is a run of ASCII letters and digits and of anything beyond ASCII. Terms do not cross words: measured on
 *   6,000 real messages that takes 0.8 KB of index a message, where terms of all the text take 2.1 KB.
 * - From U+2E80 up (Han, kana, emoji by their surrogates) two units are a term too: words of two are usual there.
 * - Terms of Subject, From and the recipients stand once more under a letter of their own; clients ask for those most.
 * - `_NAME` says that there is a field of that name, `_` that there were too many terms and anything may be inside.
 * - `W_WORD` says that the word stands in the body, `V_WORD` in the header: what has it need not be verified. Only words
 *   that many contents have get that, since only there is verifying work; they take 0.25 KB a message.
 */
import type { CommonWords } from './common-words.ts'

const wordBreak = /[^0-9A-Za-z\u0080-\uffff]+/
/** What pairs are made of. */
const wide = /[\u2e80-\uffff]/
/** Code units of a field's name in its term. */
const longestName = 40
/** Distinct terms of one content. Past it the content is a candidate for every search. */
const mostTerms = 50_000
/** Terms of a needle that are asked for; more narrow nothing down. */
const mostTermsAsked = 24

const wordMarks = { body: 'W_', header: 'V_' } as const
/** Without ASCII in lower case, which the index takes for upper case, and without surrogates, of which it loses halves. */
const wholeWord = /^[0-9A-Z\u0080-\ud7ff\ue000-\uffff]{3,24}$/

/** Has the terms of header fields that have this mark, and of nothing else. */
export type FieldMark = 'F' | 'S' | 'T'

const marks: Readonly<Record<string, FieldMark>> = {
  from: 'F',
  subject: 'S',
  to: 'T',
  cc: 'T',
  bcc: 'T',
}

/** The mark of a header field, by its name in lower case. */
export function fieldMark(name: string): FieldMark | undefined {
  return Object.hasOwn(marks, name) ? marks[name] : undefined
}

/** The term of a field's name, or null where nothing of the name can stand in a term. */
export function nameTerm(name: string): string | null {
  const kept = name.toUpperCase().split(wordBreak).join('').slice(0, longestName)
  return kept === '' ? null : `_${kept}`
}

/** What a content has that is in every search's answer of candidates. */
export const anything = '_'

/** The terms of one content. */
export class Terms {
  readonly #terms = new Set<string>()
  readonly #words = new Set<string>()

  /** Takes the terms of collated text of the header or the body. */
  text(text: string, where: 'header' | 'body'): void {
    this.#cut(text, '')
    const before = wordMarks[where]
    for (const word of text.split(wordBreak)) if (wholeWord.test(word)) this.#words.add(before + word)
  }

  /** Takes the terms of a field's collated value once more, under its mark. */
  field(value: string, mark: FieldMark): void {
    this.#cut(value, `${mark}_`)
  }

  fieldName(name: string): void {
    const term = nameTerm(name)
    if (term !== null) this.#terms.add(term)
  }

  /** All of them, as the index takes them in; `common` learns the words. */
  join(common: CommonWords): string {
    if (this.#terms.size > mostTerms) return anything
    return [...this.#terms, ...common.take(this.#words)].join(' ')
  }

  #cut(text: string, before: string): void {
    const hasPairs = wide.test(text)
    for (const word of text.split(wordBreak)) {
      if (this.#terms.size > mostTerms) return
      for (let at = 0; at + 3 <= word.length; at++) this.#terms.add(before + word.slice(at, at + 3))
      if (hasPairs) for (const pair of pairs(word)) this.#terms.add(before + pair)
    }
  }
}

/** Terms of which each one says that the collated needle is there; none where no term can say so. */
export function certainTerms(needle: string, where: 'body' | 'text'): readonly string[] {
  if (!wholeWord.test(needle)) return []
  return where === 'body' ? [wordMarks.body + needle] : [wordMarks.body + needle, wordMarks.header + needle]
}

/** The terms that whatever contains a collated needle has; none where the needle is too short to have any. */
export function needleTerms(needle: string, mark?: FieldMark): readonly string[] {
  const before = mark === undefined ? '' : `${mark}_`
  const terms = new Set<string>()
  for (const word of needle.split(wordBreak)) {
    for (let at = 0; at + 3 <= word.length && terms.size < mostTermsAsked; at++)
      terms.add(before + word.slice(at, at + 3))
    if (word.length === 2) for (const pair of pairs(word)) terms.add(before + pair)
  }
  return [...terms]
}

function* pairs(word: string): Generator<string> {
  for (let at = 0; at + 2 <= word.length; at++) {
    const pair = word.slice(at, at + 2)
    if (wide.test(pair.charAt(0)) && wide.test(pair.charAt(1))) yield pair
  }
}
