/** Brings together a program and the scripts that it includes (RFC 6609), which only its host can find. */
import { type CompileOptions, compile } from './compile.ts'
import { formatDiagnostics } from './diagnostic.ts'
import { defaultSieveLimits } from './limits.ts'
import type { Included, Node, Program } from './program.ts'
import { includedKey, type ScriptLocation, type ScriptReference } from './script-name.ts'

/** Answers with a script's source, or null where there is none of that name. */
export type ScriptSource = (
  location: ScriptLocation,
  name: string,
) => string | Uint8Array | null | Promise<string | Uint8Array | null>

export interface LinkOptions extends CompileOptions {
  /** The name under which the owner keeps the program's own script, so that it is known where it includes itself. */
  readonly name?: string
}

/**
 * A program that carries what it includes, and what that includes. A script that is missing or wrong is no error here,
 * only where a run comes to it. Rejects with what `source` throws.
 */
export async function link(program: Program, source: ScriptSource, options: LinkOptions = {}): Promise<Program> {
  const { name, ...compiling } = options
  const { includedScripts } = { ...defaultSieveLimits, ...options.limits }
  const included: Record<string, Included> = {}
  const wanted = [...inclusions(program)]
  const seen = new Set<string>()
  for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
    const key = includedKey(next.location, next.name)
    if (seen.has(key)) continue
    seen.add(key)
    if (seen.size > includedScripts) {
      included[key] = { problem: `no more than ${includedScripts} scripts may be included.` }
      continue
    }
    const text = await source(next.location, next.name)
    if (text === null) continue
    const found = compile(text, compiling)
    if (found.program === null) {
      included[key] = { problem: formatDiagnostics(found.diagnostics.filter(({ severity }) => severity === 'error')) }
    } else {
      included[key] = { program: found.program }
      wanted.push(...inclusions(found.program))
    }
  }
  return { ...program, ...(name === undefined ? {} : { name }), included }
}

/** The scripts that a program names, each once, whether a run would come to them or not. */
export function inclusions(program: Program): readonly ScriptReference[] {
  const found = new Map<string, ScriptReference>()
  const visit = (nodes: readonly Node[]) => {
    for (const { name: command, arguments: given, block } of nodes) {
      const { script, location: place } = given
      if (command === 'include' && typeof script === 'string') {
        const location = place === 'global' ? 'global' : 'personal'
        found.set(includedKey(location, script), { location, name: script })
      }
      if (block !== undefined) visit(block)
    }
  }
  visit(program.commands)
  return [...found.values()]
}
