import type { Parameter, Part } from './tree.ts'
export declare function encodePart(part: Part): Uint8Array
export declare function decodePart(octets: Uint8Array): Part
export declare function bodyStructure(part: Part, options: { readonly extensible: boolean }): Uint8Array
export declare function decodeWords(text: string): string
export declare function parseParameters(value: string): {
  readonly value: string
  readonly params: readonly Parameter[]
}
export interface Address {
  readonly name: string
  readonly mailbox: string
  readonly host: string
  readonly route: string
}
export interface Group {
  readonly group: string
  readonly members: readonly Address[]
}
export declare function parseAddressList(value: string): readonly (Address | Group)[]
export declare function parseDate(
  text: string,
): { readonly at: number; readonly day: number; readonly zoneMinutes: number } | null
export declare function baseSubject(subject: string): { readonly base: string; readonly isReplyOrForward: boolean }
export declare function unicodeCasemap(text: string): string
export declare function compareKeys(a: string, b: string): number
export declare function decodeText(octets: Uint8Array, charset: string): string | null
export declare function charsetExists(charset: string): boolean
export declare class UnknownEncoding extends Error {}
export declare class TransferDecoder {
  constructor(encoding: string)
  write(octets: Uint8Array): Uint8Array
  end(): Uint8Array
}
export declare function searchableText(
  root: Part,
  read: (start: number, end: number) => Uint8Array,
): Iterable<{ readonly where: 'header' | 'body'; readonly text: string }>
