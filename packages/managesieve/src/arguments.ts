/** The arguments of a command, taken one after another; each method is a production of RFC 5804 §4. */
import type { ManageSieveLimits } from './limits.ts'
import { No } from './reply.ts'
import type { Argument } from './wire/reader.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 5804 §1.6; a byte order mark is in no Net-Unicode text (RFC 5198 §2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const forbidden = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/

export class Arguments {
  readonly #words: readonly Argument[]
  readonly #limits: ManageSieveLimits
  #at = 0

  constructor(words: readonly Argument[], limits: ManageSieveLimits) {
    this.#words = words
    this.#limits = limits
  }

  get more(): boolean {
    return this.#at < this.#words.length
  }

  /** Throws No where anything is left. */
  end(): void {
    if (this.more) throw new No('There are too many arguments')
  }

  octets(): Uint8Array {
    const word = this.#words[this.#at++]
    if (word?.kind !== 'string') throw new No('A string is missing')
    return word.octets
  }

  /** A string that is text. */
  text(): string {
    return decoded(this.octets())
  }

  /** number = (NZDIGIT *DIGIT) / "0" */
  number(): number {
    const word = this.#words[this.#at++]
    if (word?.kind !== 'number') throw new No('A number is missing')
    return word.value
  }

  /** sieve-name = string, neither empty nor too long, in Net-Unicode: NFC, so that what looks alike is alike. */
  scriptName(): string {
    const name = this.activeScriptName()
    if (name === '') throw new No('A script’s name is not empty')
    return name
  }

  /** active-sieve-name = string, which may be empty */
  activeScriptName(): string {
    const name = this.text().normalize('NFC')
    const { scriptNameCharacters } = this.#limits
    if (forbidden.test(name)) throw new No('A script’s name holds no control characters and no line separators')
    // A character has at most two code units, so that most names need no counting.
    if (name.length > scriptNameCharacters && [...name].length > scriptNameCharacters) {
      throw new No(`A script’s name has at most ${scriptNameCharacters} characters`)
    }
    return name
  }

  /** sieve-script = string; scripts are UTF-8 (RFC 5228 §2.1). */
  script(): string {
    const octets = this.octets()
    const line = lineThatIsNotUtf8(octets)
    if (line !== null) throw new No(`line ${line}: this is not UTF-8`)
    return decoded(octets)
  }
}

function decoded(octets: Uint8Array): string {
  try {
    return decoder.decode(octets)
  } catch {
    throw new No('A string is not UTF-8')
  }
}

/** The first line with octets that are not UTF-8, counted from 1. */
function lineThatIsNotUtf8(octets: Uint8Array): number | null {
  let line = 1
  for (let start = 0; start <= octets.length; line++) {
    const end = octets.indexOf(0x0a, start)
    const stop = end === -1 ? octets.length : end
    try {
      decoder.decode(octets.subarray(start, stop))
    } catch {
      return line
    }
    if (end === -1) return null
    start = end + 1
  }
  return null
}
