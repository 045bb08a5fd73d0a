import { answer, type ContentTests } from '@lemonade/filter'
import type { Log } from '@lemonade/net'
import type { AccountId, PreparedContent, Store } from '@lemonade/store'
import {
  type Ask,
  compile,
  execute,
  formatDiagnostics,
  messageOf,
  type Outcome,
  type Program,
  type SieveEnvelope,
} from 'sieve.js'

/** What a script wants done with a message. A script that failed wants it kept, and its owner to know. */
export interface Verdict {
  readonly actions: Outcome['actions']
  /** What went wrong, for the owner, once for each version of a script; null where nothing did or it was told. */
  readonly complaint: { readonly script: string; readonly text: string } | null
}

interface Kept {
  readonly source: string
  readonly program: Program | null
  readonly diagnostics: string
  told: boolean
}

const keep: Verdict = { actions: [{ do: 'keep', implicit: true }], complaint: null }

/** Runs the active scripts of accounts; keeps what it compiled. */
export class Scripts {
  readonly #store: Store
  readonly #site: Parameters<typeof answer>[2]
  readonly #log: Log
  readonly #limit: number
  readonly #delimiter: string
  /** The least recently used first. */
  readonly #kept = new Map<AccountId, Kept>()

  constructor(options: {
    readonly store: Store
    /** How many compiled scripts are kept. */
    readonly limit: number
    /** Between user and detail (RFC 5233 §1). */
    readonly delimiter: string
    readonly contentTests: ContentTests
    readonly log: Log
  }) {
    this.#store = options.store
    this.#site = { store: options.store, contentTests: options.contentTests }
    this.#limit = options.limit
    this.#delimiter = options.delimiter
    this.#log = options.log
  }

  /** Never rejects for what a script does or is (RFC 5228 §2.10.6). */
  async run(account: AccountId, content: PreparedContent, envelope: SieveEnvelope): Promise<Verdict> {
    const active = await this.#store.scripts.active(account)
    if (active === null) return keep
    const kept = this.#compiled(account, active.source)
    if (kept.program === null) return this.#failed(account, active.name, kept, kept.diagnostics)
    try {
      const message = messageOf(content.header, content.octets, content.structure)
      const host = { answer: (ask: Ask) => answer(ask, { account, content }, this.#site) }
      const outcome = await execute(kept.program, message, envelope, host, { delimiter: this.#delimiter })
      if (outcome.error === null) return { actions: outcome.actions, complaint: null }
      const { line, message: reason } = outcome.error
      return { ...this.#failed(account, active.name, kept, `Line ${line}: ${reason}`), actions: outcome.actions }
    } catch (error) {
      this.#log.error({ err: error, account }, 'a script could not be run')
      return keep
    }
  }

  #compiled(account: AccountId, source: string): Kept {
    const old = this.#kept.get(account)
    this.#kept.delete(account)
    const kept = old?.source === source ? old : compiled(source)
    this.#kept.set(account, kept)
    for (const [first] of this.#kept) {
      if (this.#kept.size <= this.#limit) break
      this.#kept.delete(first)
    }
    return kept
  }

  #failed(account: AccountId, script: string, kept: Kept, text: string): Verdict {
    this.#log.info({ account, script, reason: text }, 'a script failed; the message is kept')
    const complaint = kept.told ? null : { script, text }
    kept.told = true
    return { ...keep, complaint }
  }
}

function compiled(source: string): Kept {
  const { program, diagnostics } = compile(source)
  return { source, program, diagnostics: formatDiagnostics(diagnostics), told: false }
}
