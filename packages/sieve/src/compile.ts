/** Source to checked program. */
import type { Diagnostic } from './diagnostic.ts'
import type { SieveExtension } from './extension.ts'
import type { SieveLimits } from './limits.ts'
import type { Program } from './program.ts'

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

/** Compiles a script; never throws. Octets need not be valid UTF-8 (RFC 5228 §2.4.2). */
export declare function compile(source: string | Uint8Array, options?: CompileOptions): Compiled
