/** What a script is held against before it is stored: the compiler that runs it at delivery. */
import { type Compiled, type CompileOptions, compile, type Diagnostic } from 'sieve.js'
import { No, ok, type Reply } from './reply.ts'

/** One finding a line, as compilers print them (RFC 5804 §2.6, §2.12). */
function print(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`).join('\r\n')
}

/** Throws No with the errors; answers OK, with the warnings where there are any. */
export function judge(source: string, options: CompileOptions, text: string): Reply {
  return verdict(compile(source, options), text)
}

export function verdict({ program, diagnostics }: Compiled, text: string): Reply {
  if (program === null) throw new No(print(diagnostics.filter(({ severity }) => severity === 'error')))
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  return warnings.length === 0 ? ok(text) : ok(print(warnings), 'WARNINGS')
}
