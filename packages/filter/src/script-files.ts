/** The administrator's scripts, in files: those that all may include, and those that run around everybody's own. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { judgeScriptName } from 'sieve.js'

/** A script of the administrator's. */
export interface SiteScript {
  /** For logs. */
  readonly file: string
  readonly source: string
}

export interface ScriptFilesOptions {
  /** The folder of `NAME.sieve` files for `include :global`; null where there is none. */
  readonly global: string | null
  readonly before: readonly string[]
  readonly after: readonly string[]
}

interface Read {
  readonly version: string
  readonly source: string
}

/** A file is read again when it has changed. Nobody but the administrator can write them. */
export class ScriptFiles {
  readonly #options: ScriptFilesOptions
  readonly #read = new Map<string, Read>()

  constructor(options: ScriptFilesOptions = { global: null, before: [], after: [] }) {
    this.#options = options
  }

  /** A script that everybody may include, or null. A name that could lead out of the folder names none (RFC 6609 §4). */
  async global(name: string): Promise<string | null> {
    const { global } = this.#options
    if (global === null || judgeScriptName(name) !== null || /^\.|[/\\]/.test(name)) return null
    return this.#source(join(global, `${name}.sieve`))
  }

  /** The scripts that run before, or after, the one of the owner. Rejects where one cannot be read: none is left out. */
  async around(place: 'before' | 'after'): Promise<readonly SiteScript[]> {
    const scripts: SiteScript[] = []
    for (const file of this.#options[place]) {
      const source = await this.#source(file)
      if (source === null) throw new Error(`the script ${file} is not there`)
      scripts.push({ file, source })
    }
    return scripts
  }

  /** True where there is any script around the owner's. */
  get surrounds(): boolean {
    return this.#options.before.length + this.#options.after.length > 0
  }

  async #source(file: string): Promise<string | null> {
    try {
      const { mtimeMs, size, ino } = await stat(file)
      const version = `${mtimeMs} ${size} ${ino}`
      const known = this.#read.get(file)
      if (known?.version === version) return known.source
      const source = await readFile(file, 'utf8')
      this.#read.set(file, { version, source })
      return source
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null
      throw error
    }
  }
}
