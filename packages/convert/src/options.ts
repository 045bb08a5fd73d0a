/** How a converter is set up. */
import type { Log, Metrics } from '@lemonade/net'
import type { ProgramName } from './conversion.ts'
import type { ConvertLimits } from './limits.ts'

export interface ConverterOptions {
  readonly limits?: Partial<ConvertLimits>
  /** Targets of default conversions, best first (RFC 5259 §6). */
  readonly preferred?: readonly string[]
  /** The path of a program, or false to do without it; what is not named is looked for in PATH. */
  readonly programs?: Readonly<Partial<Record<ProgramName, string | false>>>
  /** Where programs get directories for their files; a directory of its own for each. The system's where it is not said. */
  readonly scratch?: string
  /** Directories that nothing run for a conversion may see: the server's own data. */
  readonly hidden?: readonly string[]
  readonly log?: Log
  readonly metrics?: Metrics
}

/** Text for what is text; a film stays a film, and only what is no text and does not move becomes a picture. */
export const defaultPreferred: readonly string[] = ['text/plain', 'video/mp4', 'audio/mp4', 'image/jpeg']
