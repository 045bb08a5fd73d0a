/** What a conversion is refused with: the three convert-error-codes of RFC 5259 §9. */

/** A conversion parameter as it was asked for: its name as it was spelled, and its value. */
export type ConversionParameter = readonly [name: string, value: string]

export type ConvertError =
  /**
   * The listed parameters cannot be honoured; where none is listed, the conversion itself is not possible: nothing
   * converts one type to the other, or this source is damaged or over a limit.
   */
  | {
      readonly code: 'BADPARAMETERS'
      readonly from: string
      readonly to: string
      readonly parameters: readonly ConversionParameter[]
    }
  /** The named parameters are needed. */
  | {
      readonly code: 'MISSINGPARAMETERS'
      readonly from: string
      readonly to: string
      readonly names: readonly string[]
    }
  /** It may succeed later, but not before so many minutes. */
  | { readonly code: 'TEMPFAIL'; readonly minutes: number }

/** Thrown for every conversion that does not come to be. The message is for people and tells nothing of the inside. */
export class ConvertProblem extends Error {
  readonly error: ConvertError

  constructor(error: ConvertError, message: string) {
    super(message)
    this.name = 'ConvertProblem'
    this.error = error
  }
}
