/** The CONVERTED response (RFC 5259 §8.1, §10), written as its parts become known. */
import type { ConvertedPart } from '@lemonade/convert'
import type { Uid } from '@lemonade/store'
import { smallOctets } from '../../core/body.ts'
import { writeSection } from '../../grammar/section.ts'
import type { Session } from '../../session.ts'
import type { Writer } from '../../wire/writer.ts'
import { writeConverted, writeStructure } from './converted-octets.ts'
import type { Outcome } from './outcome.ts'
import { writeRefusal } from './refusal.ts'
import type { PartItem } from './request.ts'

export class ConvertedResponse {
  readonly #session: Session
  readonly #tag: string
  readonly #w: Writer
  #space = false

  constructor(session: Session, tag: string) {
    this.#session = session
    this.#tag = tag
    this.#w = session.writer()
  }

  /** nz-number SP "CONVERTED" SP convert-correlator SP "(", and the UID, which comes first (§8.1). */
  begin(uid: Uid, tellsUid: boolean): void {
    const { view, dialect } = this.#session
    // RFC 9586 §3.1: where messages are named by their UIDs alone, no response has another number.
    const number = dialect.numbersRefused === null ? view.seqOf(uid) : uid
    this.#w.ascii('* ').number(number).ascii(' CONVERTED (TAG ').string(this.#tag).ascii(') (')
    if (tellsUid) this.#item('UID ').number(uid)
  }

  async *write(outcome: Outcome): AsyncGenerator<Uint8Array, void, void> {
    if ('refusal' in outcome) {
      const { group, refusal } = outcome
      if ('header' in group) writeSection(this.#item('BODY'), group.header)
      else if (group.items[0] !== undefined) this.#partItem(group.path, group.items[0])
      // One phrase stands for all items of the part (§9).
      writeRefusal(this.#w.sp(), this.#session, refusal)
    } else if ('octets' in outcome) {
      writeSection(this.#item('BODY'), outcome.group.header)
      this.#w.sp().literal(outcome.octets)
    } else {
      const { group, targets, part } = outcome
      for (const item of group.items) {
        this.#partItem(group.path, item)
        this.#w.sp()
        if (item.name === 'AVAILABLECONVERSIONS') writeTargets(this.#w, targets ?? [])
        else if (part !== null) yield* this.#converted(part, item)
      }
    }
    if (this.#w.length >= smallOctets) yield this.#w.take()
  }

  end(): Uint8Array {
    return this.#w.close().crlf().take()
  }

  async *#converted(part: ConvertedPart, { name, partial }: PartItem): AsyncGenerator<Uint8Array, void, void> {
    if (name === 'BINARY.SIZE') this.#w.number(part.octets)
    else if (name === 'BODYPARTSTRUCTURE') writeStructure(this.#w, part, null)
    else yield* writeConverted(this.#w, part, partial)
  }

  /** An item of a part, as far as its value. */
  #partItem(path: readonly number[], { name, partial }: PartItem): void {
    this.#item(name).ascii('[').ascii(path.join('.')).ascii(']')
    if (partial !== null) this.#w.ascii('<').number(partial.offset).ascii('>')
  }

  #item(name: string): Writer {
    if (this.#space) this.#w.sp()
    this.#space = true
    return this.#w.ascii(name)
  }
}

/** mimetype-list = "(" "(" [quoted-to-mime-type *(SP quoted-to-mime-type)] ")" ")" */
function writeTargets(w: Writer, targets: readonly string[]): void {
  w.ascii('((')
  targets.forEach((target, i) => {
    if (i > 0) w.sp()
    w.string(target)
  })
  w.ascii('))')
}
