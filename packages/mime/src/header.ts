export interface HeaderField {
  readonly name: string
  readonly nameLower: string
  readonly start: number
  readonly valueStart: number
  /** Includes the line breaks. */
  readonly end: number
}
export declare function headerFields(header: Uint8Array): HeaderField[]
export declare function fieldValue(header: Uint8Array, field: HeaderField): Uint8Array
export declare function unfoldedText(header: Uint8Array, field: HeaderField): string
export declare function decodedText(header: Uint8Array, field: HeaderField): string
export declare function selectFields(header: Uint8Array, names: readonly string[], not: boolean): Uint8Array
export declare function headerEnd(octets: Uint8Array): number
