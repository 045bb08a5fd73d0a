/** What DNS is asked here, and what it answers. */

/** The data of each type of record that is looked up. */
export interface DnsData {
  readonly A: string
  readonly AAAA: string
  readonly CNAME: string
  readonly NS: string
  readonly PTR: string
  readonly MX: { readonly priority: number; readonly exchange: string }
  readonly SRV: { readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  /** The character-strings of one record (RFC 1035 §3.3.14), as UTF-8. */
  readonly TXT: readonly string[]
  readonly TLSA: TlsaRecord
}

export type DnsType = keyof DnsData

/** RFC 6698 §2.1 */
export interface TlsaRecord {
  readonly usage: number
  readonly selector: number
  readonly matchingType: number
  readonly data: Uint8Array
}

export interface DnsAnswer<T> {
  /** Empty where the name has none of this type. */
  readonly records: readonly T[]
  /** False where there is no such name at all. */
  readonly exists: boolean
  /** The name that has the records: another one where the question's is an alias. Lower case, without a dot behind. */
  readonly name: string
  /**
   * True where a server that is trusted to do so has validated all of it, whether records were found or not: "secure"
   * of RFC 4035 §4.3, by the AD bit of RFC 6840 §5.8. Never true of anything else.
   */
  readonly secure: boolean
}

/** Whoever answers: the resolver, or what a test has in its place. */
export interface Dns {
  /** Throws DnsError where there is no answer; that there are no records is one. */
  look<T extends DnsType>(name: string, type: T): Promise<DnsAnswer<DnsData[T]>>
}

/** Codes are those of `node:dns`. ESERVFAIL is also what a validating server says of bogus records (RFC 4035 §5.5). */
export type DnsFault = 'EBADNAME' | 'EBADRESP' | 'ECONNREFUSED' | 'EREFUSED' | 'ESERVFAIL' | 'ETIMEOUT'

/** No answer: nothing is known of the records. */
export class DnsError extends Error {
  readonly code: DnsFault

  constructor(code: DnsFault, text: string) {
    super(text)
    this.name = 'DnsError'
    this.code = code
  }
}
