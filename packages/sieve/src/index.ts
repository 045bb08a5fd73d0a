/**
 * sieve.js: a Sieve (RFC 5228) compiler and interpreter that knows no store and no network.
 *
 * `compile` makes a program or tells all that is wrong with a script. `run` is a generator that asks and acts;
 * `execute` runs it against a host object. Every capability, the base language included, is an `extension` value.
 */
export { type Compiled, type CompileOptions, compile } from './compile.ts'
export { type Diagnostic, formatDiagnostics, type Position } from './diagnostic.ts'
export { execute, type SieveHost } from './execute.ts'
export { extension, type SieveExtension } from './extension.ts'
export { capabilities, extensions } from './extensions/index.ts'
export { defaultSieveLimits, type SieveLimits } from './limits.ts'
export { messageOf, type SieveEnvelope, type SieveMessage } from './message.ts'
export type { Program } from './program.ts'
export { type RunOptions, run } from './run.ts'
export {
  type Act,
  type Answer,
  type Ask,
  isAsk,
  type Outcome,
  type Refusal,
  type RuntimeError,
  type Step,
} from './step.ts'
