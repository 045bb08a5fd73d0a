/** What is wrong with a script, where, in a sentence that a person can act on. */

/** A place in a script's source. Both count from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/**
 * One finding of the compiler. Any `error` means that there is no program; a `warning` never stops one
 * (RFC 5804 §1.3 calls these WARNINGS).
 */
export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** `3:14: error: …`, a line a finding, as compilers print it and as ManageSieve sends it. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], file?: string): string {
  const prefix = file === undefined ? '' : `${file}:`
  return diagnostics.map(d => `${prefix}${d.line}:${d.column}: ${d.severity}: ${d.message}`).join('\n')
}
