/** What the rest of the server asks of conversions (RFC 5259). */
import type { MediaType } from './media-type.ts'
import type { ConversionParameter } from './problem.ts'

/** One conversion as CONVERSIONS lists it (RFC 5259 §5.2): concrete types, and the parameters that it knows. */
export interface Offer {
  readonly from: string
  readonly to: string
  readonly parameters: readonly string[]
}

/** A conversion that was found possible, with its target chosen and its parameters checked; nothing has run yet. */
export interface Plan {
  readonly from: MediaType
  /** type/subtype: the one asked for, or the one chosen for a default conversion. */
  readonly to: string
  /**
   * The same for two conversions of the same octets exactly when their results are interchangeable: the conversion with
   * its version, the target, every parameter with its default, and what counts of the source's own parameters. With the
   * octets' hash it is the key of a cache. Printable US-ASCII but for values that clients gave.
   */
  readonly key: string
}

/** The octets of a body part, its transfer encoding undone. They are asked for only once a process is free. */
export type SourceOctets = () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface ConvertOptions {
  /** Whose content it is: a worker process never sees two accounts' content. */
  readonly account: string
  /** Ends the conversion, and what runs for it, when the client goes. The promise rejects with its reason. */
  readonly signal?: AbortSignal
}

/** A body part as it is after conversion: what BODYPARTSTRUCTURE tells (RFC 5259 §8.2) and BINARY gives. */
export interface Converted {
  readonly mediaType: MediaType
  readonly octets: Uint8Array
  /** The Content-Transfer-Encoding under which these octets could stand as they are. */
  readonly encoding: '7bit' | '8bit' | 'binary'
}

export interface Converter {
  /**
   * Which conversions there are between types that match two patterns, `*` and `type/*` among them (RFC 5259 §5.1).
   * Throws a RangeError where one is no mime-type-req.
   */
  conversions(from: string, to: string): readonly Offer[]
  /** True where some conversion gives or takes the type; an unrecognized one is a tagged NO (RFC 5259 §9). */
  recognizes(type: string): boolean
  /** The types that a part can be converted to with exactly these parameters (RFC 5259 §8.4). Quick, and never throws. */
  targets(source: MediaType, parameters: readonly ConversionParameter[]): readonly string[]
  /**
   * Finds the conversion of a part to a type, or to the best one where `target` is null, the default conversion
   * (RFC 5259 §6). Quick. Throws ConvertProblem.
   */
  plan(source: MediaType, target: string | null, parameters: readonly ConversionParameter[]): Plan
  /** Runs a plan of this converter in another process. Rejects with ConvertProblem. */
  convert(plan: Plan, octets: SourceOctets, options: ConvertOptions): Promise<Converted>
  /**
   * A header, MIME or message, with its encoded words and RFC 2231 parameters in another charset (RFC 5259 §6,
   * BODY[HEADER] and BODY[MIME]). The parameters must include `charset`. Rejects with ConvertProblem.
   */
  convertHeader(
    octets: Uint8Array,
    parameters: readonly ConversionParameter[],
    options: ConvertOptions,
  ): Promise<Uint8Array>
  /** Stops every process and waits until none is left; what was under way is a TEMPFAIL. */
  close(): Promise<void>
}
