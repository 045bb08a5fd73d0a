/** Internet Message Format and MIME, byte-exact. No I/O; total: no octets of a message make it throw. */
export { type Address, type AddressList, type Group, mailboxes, parseAddressList } from './address.ts'
export { type BaseSubject, baseSubject } from './base-subject.ts'
export { bodyStructure } from './bodystructure.ts'
export { type CharsetDecoder, charsetDecoder, charsetExists, decodeText } from './charset.ts'
export { compareKeys, sortKey, unicodeCasemap } from './collation.ts'
export { type MailDate, parseDate } from './date.ts'
export { downgradedHeader } from './downgrade.ts'
export { decodedBody, downgradedBody, downgradedEnvelope } from './downgrade-list.ts'
export { encodeWords } from './encode-words.ts'
export type { Facts, HeaderFacts, ParsedMessage, SortKeys } from './facts.ts'
export { withFieldsBefore } from './fields-before.ts'
export {
  decodedText,
  fieldValue,
  type HeaderField,
  headerEnd,
  headerFields,
  selectFields,
  unfoldedText,
} from './header.ts'
export { defaultMimeLimits, type MimeLimits } from './limits.ts'
export { messageIds } from './message-id.ts'
export { Base64Parts, EightBitFinder, NulFinder, withoutBinary, withoutEightBits } from './nul.ts'
export { guessText } from './octets.ts'
export { type Parameterized, parseParameters } from './params.ts'
export { factsOf, MessageParser, parseMessage } from './parse.ts'
export { decodePart, encodePart } from './part-codec.ts'
export { previewCharacters, previewOf } from './preview.ts'
export { type NewEncoding, Recoder, type Recoding } from './recode.ts'
export {
  defaultSearchableOptions,
  type SearchableOptions,
  type SearchableText,
  searchableText,
} from './searchable.ts'
export { findPart, type Range, type SectionText, sectionRange } from './section.ts'
export { headerRanges, type Replacement, Surrogate } from './surrogate.ts'
export { isKnownEncoding, TransferDecoder, UnknownEncoding } from './transfer.ts'
export {
  type Disposition,
  isEncapsulatedMessage,
  isMultipart,
  type Parameter,
  type Part,
  type PartProblem,
  parameter,
} from './tree.ts'
export { decodeWords } from './words.ts'
