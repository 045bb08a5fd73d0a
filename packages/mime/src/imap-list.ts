/** Lists as IMAP responses hold them, read back from what this package wrote (RFC 3501 §4.4, §9). */
import { imapString } from './imap-string.ts'
import type { OctetString } from './octets.ts'

/** An item, and whether a space stands before it: neighbouring addresses and bodies have none between them. */
export type ListNode = { readonly spaced: boolean } & (
  | { readonly is: 'string'; readonly octets: OctetString }
  /** NIL, or a number. */
  | { readonly is: 'atom'; readonly text: string }
  | { readonly is: 'list'; readonly of: readonly ListNode[] }
)

/** Reads one list, which is well-formed. */
export function readList(octets: OctetString): ListNode {
  return new Reader(octets).node()
}

class Reader {
  readonly #octets: string
  #at = 0

  constructor(octets: OctetString) {
    this.#octets = octets
  }

  node(): ListNode {
    const spaced = this.#octets[this.#at] === ' '
    if (spaced) this.#at++
    switch (this.#octets[this.#at]) {
      case '(':
        return { spaced, is: 'list', of: this.#items() }
      case '"':
        return { spaced, is: 'string', octets: this.#quoted() }
      case '{':
        return { spaced, is: 'string', octets: this.#literal() }
      default:
        return { spaced, is: 'atom', text: this.#atom() }
    }
  }

  #items(): ListNode[] {
    const items: ListNode[] = []
    this.#at++
    while (this.#octets[this.#at] !== ')' && this.#at < this.#octets.length) items.push(this.node())
    this.#at++
    return items
  }

  #quoted(): OctetString {
    const end = /"((?:[^"\\]|\\.)*)"/y
    end.lastIndex = this.#at
    const match = end.exec(this.#octets)
    this.#at += match?.[0].length ?? 1
    return (match?.[1] ?? '').replace(/\\(.)/g, '$1') as OctetString
  }

  #literal(): OctetString {
    const start = this.#octets.indexOf('\n', this.#at) + 1
    const length = Number.parseInt(this.#octets.slice(this.#at + 1, start), 10)
    this.#at = start + length
    return this.#octets.slice(start, this.#at) as OctetString
  }

  #atom(): string {
    const start = this.#at
    while (this.#at < this.#octets.length && !' ()'.includes(this.#octets[this.#at] as string)) this.#at++
    // What is none of these is passed over: reading comes to an end whatever stands here.
    if (this.#at === start) this.#at++
    return this.#octets.slice(start, this.#at)
  }
}

/** The same as it was read. `string` writes strings where they are to be written in another way. */
export function writeList(node: ListNode, string: (octets: OctetString) => string = imapString): string {
  const space = node.spaced ? ' ' : ''
  switch (node.is) {
    case 'string':
      return space + string(node.octets)
    case 'atom':
      return space + node.text
    case 'list':
      return `${space}(${node.of.map(item => writeList(item, string)).join('')})`
  }
}
