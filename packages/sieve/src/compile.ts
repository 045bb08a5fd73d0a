/** Source to checked program. */
import { check } from './check.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { SieveExtension } from './extension.ts'
import { extensions } from './extensions/index.ts'
import { defaultSieveLimits, type SieveLimits } from './limits.ts'
import { parse } from './parse.ts'
import type { Program } from './program.ts'
import { registryOf } from './registry.ts'
import { Abandon, Report } from './report.ts'
import { textOf } from './text.ts'

export interface CompileOptions {
  /** What scripts may require. Default: all that is built in. The core language is always there. */
  readonly extensions?: readonly SieveExtension[]
  readonly limits?: Partial<SieveLimits>
}

export interface Compiled {
  /** Null where there is any error. */
  readonly program: Program | null
  /** All errors and warnings, by position. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Compiles a script. Never throws for what a script says: every error is a diagnostic. Octets need not be valid UTF-8
 * (RFC 5228 §2.4.2).
 */
export function compile(source: string | Uint8Array, options: CompileOptions = {}): Compiled {
  const limits = { ...defaultSieveLimits, ...options.limits }
  const registry = registryOf(options.extensions ?? extensions)
  const report = new Report(limits.diagnostics)
  let program: Program | null = null
  try {
    const octets = typeof source === 'string' ? Buffer.byteLength(source) : source.length
    if (octets > limits.scriptOctets) {
      report.fatal({ line: 1, column: 1 }, `The script is larger than ${limits.scriptOctets} octets.`)
    }
    const text = typeof source === 'string' ? source : textOf(source)
    program = check(parse(text.replace(/^\u{feff}/u, ''), limits, report), registry, limits, report)
  } catch (error) {
    if (!(error instanceof Abandon)) throw error
  }
  return { program: report.failed ? null : program, diagnostics: report.diagnostics() }
}
