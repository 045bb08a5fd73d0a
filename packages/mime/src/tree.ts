/** The tree of a message's parts, with the octet offsets of each (RFC 2045, RFC 2046). */

/** A parameter as it is meant: the name in lower case, RFC 2231 continuations joined and decoded. */
export type Parameter = readonly [name: string, value: string]

/** What was wrong with a part, and how it was read instead. */
export type PartProblem =
  /** Content-Type could not be read: text/plain (RFC 2045 §5.2). */
  | 'bad-content-type'
  /** A multipart without a usable boundary parameter: one part with all the body. */
  | 'no-boundary'
  /** A multipart in which no delimiter came: one part with all the body. */
  | 'no-parts'
  /** A multipart whose close delimiter never came. */
  | 'not-closed'
  /** An encapsulated message under base64 or quoted-printable (RFC 2046 §5.2.1): its octets are its body. */
  | 'encoded-message'
  /** Past a limit: read as application/octet-stream. */
  | 'too-deep'
  | 'too-many-parts'

export interface Disposition {
  /** Lower case. */
  readonly type: string
  readonly params: readonly Parameter[]
}

/**
 * A message or body part. Offsets count octets from the start of the outermost message:
 * headerStart <= bodyStart <= end. The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
 */
export interface Part {
  /** First octet of the header. */
  readonly headerStart: number
  /** First octet of the body, after the blank line. */
  readonly bodyStart: number
  /** One past the last octet of the body. */
  readonly end: number
  /** Line feeds in the body. */
  readonly bodyLines: number
  /** Lower case. */
  readonly type: string
  /** Lower case. */
  readonly subtype: string
  readonly params: readonly Parameter[]
  /** Content-ID, with its angle brackets. */
  readonly id: string | null
  /** Content-Description as it stands, RFC 2047 words not decoded. */
  readonly description: string | null
  /** Content-Transfer-Encoding in lower case, '7bit' where there is none. */
  readonly encoding: string
  readonly md5: string | null
  readonly disposition: Disposition | null
  readonly language: readonly string[]
  readonly location: string | null
  /** Of a multipart: its parts, at least one. Of message/rfc822 and message/global: the encapsulated message. */
  readonly parts: readonly Part[]
  /** Of an encapsulated message: its ENVELOPE, octets as IMAP sends them. */
  readonly envelope?: Uint8Array
  readonly problem?: PartProblem
}

/** True where `parts` are those of a multipart. */
export function isMultipart(part: Part): boolean {
  return part.type === 'multipart'
}

/** True where `parts` is the one message that the part encapsulates (RFC 2046 §5.2.1, RFC 6532 §3.7). */
export function isEncapsulatedMessage(part: Part): boolean {
  return part.type === 'message' && part.parts.length === 1
}

/** The value of a parameter; the first of a name counts. */
export function parameter(params: readonly Parameter[], name: string): string | undefined {
  return params.find(([given]) => given === name)?.[1]
}
