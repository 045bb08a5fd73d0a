/** The contract of a conversion: one value in one file, and a line in `conversions/index.ts`. */
import type { Converted } from './converter.ts'
import type { ConvertLimits } from './limits.ts'
import type { MediaType } from './media-type.ts'
import type { ParameterRules } from './parameters.ts'
import type { Tools } from './run/tools.ts'

export interface Conversion {
  /** Distinguishes keys; a change of what comes out asks for another number behind it. */
  readonly name: string
  /** Concrete source types, type/subtype in lower case. */
  readonly from: readonly string[]
  /** Target types; for each source type those that differ from it, unless `toItself`. */
  readonly to: readonly string[]
  /** A type may be converted to itself; 'only' where it may be converted to nothing else. */
  readonly toItself?: true | 'only'
  /** Every parameter that it understands. */
  parameters(limits: ConvertLimits): ParameterRules
  /** Names that a client must give beside those that it gives, unless it leaves the target to the server (RFC 5259 §9). */
  required?(given: ReadonlySet<string>): readonly string[]
  /** Programs without which it is not offered. */
  readonly programs?: readonly ProgramName[]
  /** What it runs can reach for files and the network, so that it is offered only where name spaces keep it in. */
  readonly confinedOnly?: true
  /** What of the source's own Content-Type counts, by name. */
  readonly sourceParameters?: readonly string[]
  run(job: Job, tools: Tools): Promise<Converted>
}

/** Programs that some conversions need. */
export const programNames = ['ffmpeg', 'pdftohtml', 'pdftoppm', 'pdftotext', 'soffice'] as const
export type ProgramName = (typeof programNames)[number]

/** What a conversion is to do. */
export interface Job {
  readonly from: MediaType
  /** type/subtype. */
  readonly to: string
  /** Checked, in lower case, with defaults. */
  readonly parameters: ReadonlyMap<string, string>
}
