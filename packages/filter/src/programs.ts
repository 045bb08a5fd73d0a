/** Compiled scripts, with what they include; kept while their sources stay the same. */
import { type AccountId, type Store, StoreError } from '@lemonade/store'
import { type CompileOptions, compile, formatDiagnostics, includedKey, link, type Program } from 'sieve.js'
import type { ScriptFiles } from './script-files.ts'

/** A script as it was compiled. */
export interface Compiled {
  readonly source: string
  /** Null where it does not compile; `diagnostics` says why. */
  readonly program: Program | null
  readonly diagnostics: string
  /** For the caller: its owner has heard that it fails. */
  told: boolean
}

interface Kept {
  readonly compiled: Compiled
  /** Sources of the scripts that it includes, null for those that are not there, by place and name. */
  readonly included: ReadonlyMap<string, string | null>
}

export interface ProgramsOptions {
  readonly store: Store
  /** Where `include :global` finds scripts. */
  readonly files: ScriptFiles
  /** How many compiled scripts are kept. */
  readonly limit: number
  readonly compiling?: CompileOptions
}

export class Programs {
  readonly #options: ProgramsOptions
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>()

  constructor(options: ProgramsOptions) {
    this.#options = options
  }

  /** The program of a script that runs for an account. `name` is null for one that is not the account's own. */
  async get(account: AccountId, name: string | null, source: string): Promise<Compiled> {
    const key = name === null ? `${account} ${source}` : `${account}:${name}`
    const old = this.#kept.get(key)
    this.#kept.delete(key)
    const isFresh = old?.compiled.source === source && (await this.#areSame(account, old.included))
    const kept = isFresh ? old : await this.#compile(account, name, source)
    this.#kept.set(key, kept)
    for (const [first] of this.#kept) {
      if (this.#kept.size <= this.#options.limit) break
      this.#kept.delete(first)
    }
    return kept.compiled
  }

  async #areSame(account: AccountId, included: Kept['included']): Promise<boolean> {
    for (const [key, source] of included) {
      const space = key.indexOf(' ')
      if ((await this.#source(account, key.slice(0, space), key.slice(space + 1))) !== source) return false
    }
    return true
  }

  async #compile(account: AccountId, name: string | null, source: string): Promise<Kept> {
    const { compiling = {} } = this.#options
    const included = new Map<string, string | null>()
    const { program, diagnostics } = compile(source, compiling)
    const load = async (location: 'personal' | 'global', script: string) => {
      const text = await this.#source(account, location, script)
      included.set(includedKey(location, script), text)
      return text
    }
    const linked = program && (await link(program, load, { ...compiling, ...(name === null ? {} : { name }) }))
    return { compiled: { source, program: linked, diagnostics: formatDiagnostics(diagnostics), told: false }, included }
  }

  async #source(account: AccountId, location: string, name: string): Promise<string | null> {
    const { store, files } = this.#options
    if (location === 'global') return files.global(name)
    try {
      return await store.scripts.get(account, name.normalize('NFC'))
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'no-such-script') return null
      throw error
    }
  }
}
