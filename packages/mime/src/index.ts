/** Internet Message Format and MIME, byte-exact. No I/O; total: no octets make it throw. */
export { type Facts, factsOf, type ParsedMessage, type SortKeys } from './facts.ts'
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
export { MessageParser, parseMessage } from './parse.ts'
export { findPart, type SectionText, sectionRange } from './section.ts'
export * from './sketch.ts'
export {
  type Disposition,
  isEncapsulatedMessage,
  isMultipart,
  type Parameter,
  type Part,
  type PartProblem,
  parameter,
} from './tree.ts'
