/** What is found about one command or test: errors, and what only its run can tell (RFC 5463 §4). */
import type { Position } from './diagnostic.ts'
import { changesText, isEnabled, type Owned } from './registry.ts'
import type { Report } from './report.ts'
import { type Judgement, type Rules, Unavailable } from './signature.ts'

/**
 * With checks deferred, something that is not known here makes the command or test fail when it runs, and nothing else is
 * said of its arguments: what they should be is unknown too.
 */
export class Findings {
  readonly #rules: Rules
  readonly #report: Report
  readonly #needs = new Set<string>()
  #unavailable: string | null = null

  constructor(rules: Rules, report: Report) {
    this.#rules = rules
    this.#report = report
  }

  error(at: Position, sentence: string): void {
    if (this.#unavailable === null) this.#report.error(at, sentence)
  }

  /** Something that is not known here, or not to this script. */
  missing(at: Position, sentence: string): void {
    if (this.#rules.deferred) this.#unavailable ??= sentence
    else this.error(at, sentence)
  }

  /** Takes what a check says. */
  judged(at: Position, judgement: Judgement | undefined): void {
    if (judgement instanceof Unavailable) this.missing(at, judgement.sentence)
    else if (judgement != null) this.error(at, judgement)
  }

  /** Notes where the extension that owns a row has not been required (RFC 5228 §2.10.5). */
  demand({ owner }: Owned<unknown>, at: Position, what: string): boolean {
    const { required, deferred } = this.#rules
    if (isEnabled(owner, required)) return true
    const word = owner.capabilities[0] ?? ''
    if (deferred && !changesText(owner)) {
      this.#needs.add(word)
      return true
    }
    this.missing(at, `${what} needs require "${word}"; at the top of the script.`)
    return false
  }

  /** What goes into the program. */
  get remarks(): { readonly needs?: readonly string[]; readonly unavailable?: string } {
    if (this.#unavailable !== null) return { unavailable: this.#unavailable }
    return this.#needs.size === 0 ? {} : { needs: [...this.#needs] }
  }
}
