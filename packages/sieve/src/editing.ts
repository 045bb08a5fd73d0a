/** The message of one run: as it came in, as it is now, and as acts have it. */
import { Edition, type Piece } from './edition.ts'
import type { SieveMessage } from './message.ts'
import type { Act } from './step.ts'

export class Editing {
  readonly #original: SieveMessage
  /** Null while it is as it came in. */
  #edition: Edition | null = null
  /** What `redirect` sends where that is another message (RFC 5703 §6); undefined where it is the same. */
  #redirected: Edition | null | undefined
  /** What the script has written. */
  #octets = 0

  constructor(original: SieveMessage) {
    this.#original = original
  }

  get octets(): number {
    return this.#octets
  }

  get message(): SieveMessage {
    return this.#edition === null ? this.#original : this.#edition.message
  }

  /** For the next edit; null where the host does not let scripts edit. */
  get edition(): Edition | null {
    return this.#edition ?? Edition.of(this.#original)
  }

  /** The next edition, with so many octets of the script's own. `redirects` false: what is sent on stays as it is. */
  edit(edition: Edition, octets: number, redirects: boolean): void {
    if (!redirects && this.#redirected === undefined) this.#redirected = this.#edition
    this.#edition = edition
    this.#octets += octets
  }

  /** Octets [start, end) of the message as it is now. */
  slice(start: number, end: number): readonly Piece[] {
    return this.#edition?.slice(start, end) ?? [{ start, end }]
  }

  /** An act that stores or sends the message has it as it is at that time (RFC 5293 §7). */
  edited(act: Act): Act {
    if (act.do !== 'keep' && act.do !== 'fileinto' && act.do !== 'redirect') return act
    const isSent = act.do === 'redirect' && this.#redirected !== undefined
    const edition = isSent ? this.#redirected : this.#edition
    return edition == null ? act : { ...act, edited: { pieces: edition.pieces, octets: edition.octets } }
  }
}
