/**
 * Converts body parts from one media type to another (RFC 5259): a conversion is a module behind one interface, and runs
 * in a process of its own, where a hostile file can harm nothing but itself.
 */
export { type ProgramName, programNames } from './conversion.ts'
export type { Converted, Converter, ConvertOptions, Offer, Plan, SourceOctets } from './converter.ts'
export { type ConvertLimits, defaultConvertLimits } from './limits.ts'
export { concreteType, type MediaType, matchesType, typeName, typePattern } from './media-type.ts'
export { type ConverterOptions, defaultPreferred } from './options.ts'
export { type ConversionParameter, type ConvertError, ConvertProblem } from './problem.ts'
export { startConverter } from './service.ts'
export { type ConvertedPart, type KeptOctets, StoredConversions, type StoredPart } from './stored.ts'
