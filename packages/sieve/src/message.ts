/** The narrow view of a message and its envelope that scripts have. */
import { decodedText, type HeaderField, headerFields, type Part, unfoldedText } from '@lemonade/mime'

/** Fields are in the order of the message. A message does not change while a script runs over it. */
export interface SieveMessage {
  /** Of the whole message, as `size` sees it (RFC 5228 §5.9). */
  readonly octets: number
  /**
   * Each occurrence of the field, in order: unfolded, encoded words decoded, without white space around it (RFC 5228
   * §2.4.2.2, §5.7). Compares the name without case; answers with none for a name that is none.
   */
  readonly header: (name: string) => readonly string[]
  /** Each occurrence of the field, unfolded but with its encoded words as they are: what `address` parses. */
  readonly rawHeader: (name: string) => readonly string[]
  /** The header as it is, up to and with the blank line; scripts can edit no message without. */
  readonly fieldOctets?: Uint8Array
  /** For the tests that look into the body; null where the host does not offer them. */
  readonly structure: Part | null
}

/** A time limit of delivery (RFC 2852 §4). `at` is in milliseconds since 1970. */
export interface DeliverBy {
  readonly at: number
  readonly mode: 'notify' | 'return'
  readonly trace: boolean
}

/** The envelope that brought the message to this script's owner (RFC 5228 §5.4). */
export interface SieveEnvelope {
  /** MAIL FROM without angle brackets; '' is the null reverse-path. */
  readonly from: string
  /** The RCPT TO that caused delivery to this user, before any alias. */
  readonly to: string
  /** What the sender wants to be told of (RFC 3461 §4.1); these are absent where the sender did not say. */
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[]
  /** The original recipient, as `addr-type;address` without its encoding (RFC 3461 §4.2). */
  readonly orcpt?: string
  readonly ret?: 'FULL' | 'HDRS'
  /** The sender's own name for the transaction, without its encoding (RFC 3461 §4.4). */
  readonly envid?: string
  /** Until when the message is to be delivered, and what is to become of it else (RFC 2852 §4). */
  readonly by?: DeliverBy
}

/** A message from its top-level header (up to and with the blank line) and its size. Decodes what is asked for, once. */
export function messageOf(header: Uint8Array, octets: number, structure: Part | null = null): SieveMessage {
  const byName = new Map<string, HeaderField[]>()
  for (const field of headerFields(header)) {
    const name = field.nameLower.trimEnd()
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [field])
    else known.push(field)
  }
  const values = (text: (header: Uint8Array, field: HeaderField) => string) => {
    const cache = new Map<string, readonly string[]>()
    return (name: string): readonly string[] => {
      const key = name.toLowerCase()
      let found = cache.get(key)
      if (found === undefined) {
        found = (byName.get(key) ?? []).map(field => trimBlanks(text(header, field)))
        cache.set(key, found)
      }
      return found
    }
  }
  return { octets, structure, fieldOctets: header, header: values(decodedText), rawHeader: values(unfoldedText) }
}

/** Takes away what mail calls white space; what Unicode calls so besides is part of a value. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 13 || unit === 10
}
