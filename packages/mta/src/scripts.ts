import { answer, type Compiled, type ContentTests, Programs, type ScriptFiles } from '@lemonade/filter'
import type { Log } from '@lemonade/net'
import type { AccountId, PreparedContent, Store } from '@lemonade/store'
import {
  type Ask,
  execute,
  messageOf,
  type Outcome,
  type RuntimeError,
  type SieveEnvelope,
  type SieveLimits,
} from 'sieve.js'

type Action = Outcome['actions'][number]

/** What scripts want done with a message. A script that failed wants it kept, and its owner to know. */
export interface Verdict {
  readonly actions: readonly Action[]
  readonly remember: Outcome['remember']
  /** What went wrong, for the owner, once for each version of a script; null where nothing did or it was told. */
  readonly complaint: { readonly script: string; readonly text: string } | null
}

/** One message for one account. */
export interface ScriptRun {
  readonly account: AccountId
  readonly content: Pick<PreparedContent, 'header' | 'octets' | 'structure' | 'read'>
  readonly envelope: SieveEnvelope
  /** RFC 5183 §4.1 */
  readonly environment: Readonly<Record<string, string>>
}

export interface ScriptsOptions {
  readonly store: Store
  readonly files: ScriptFiles
  /** How many compiled scripts are kept. */
  readonly limit: number
  /** Between user and detail (RFC 5233 §1). */
  readonly delimiter: string
  readonly contentTests: ContentTests
  readonly limits: SieveLimits
  readonly log: Log
}

/** A script in its place: the administrator's have no name that their owner would know. */
interface Stage {
  readonly name: string | null
  /** For the log. */
  readonly title: string
  readonly source: string
}

/**
 * Runs an account's active script, and the administrator's before and after it. As long as scripts leave the message to
 * the implicit keep, the next one has its turn; the first that decides (files, keeps, redirects, refuses or discards the
 * message) is the last. So what a script before the user's decides is final, and one after it sees what is left over.
 */
export class Scripts {
  readonly #options: ScriptsOptions
  readonly #programs: Programs

  constructor(options: ScriptsOptions) {
    const { store, files, limit, limits } = options
    this.#options = options
    this.#programs = new Programs({ store, files, limit, compiling: { limits } })
  }

  /** Rejects where a script of the administrator's cannot be had; never for what a script does (RFC 5228 §2.10.6). */
  async run(run: ScriptRun): Promise<Verdict> {
    const actions: Action[] = []
    const remember: Outcome['remember'][number][] = []
    let kept: Extract<Action, { do: 'keep' }> = { do: 'keep', implicit: true }
    let complaint: Verdict['complaint'] = null
    for (const stage of await this.#stages(run.account)) {
      const result = await this.#execute(stage, run)
      complaint ??= result.complaint
      remember.push(...result.remember)
      const keep = result.actions.find(isImplicitKeep)
      actions.push(...result.actions.filter(action => action !== keep).map(action => withFlags(action, kept.flags)))
      if (keep === undefined) return { actions, remember, complaint }
      kept = withFlags(keep, kept.flags)
    }
    return { actions: [...actions, kept], remember, complaint }
  }

  async #stages(account: AccountId): Promise<readonly Stage[]> {
    const { store, files } = this.#options
    const active = await store.scripts.active(account)
    const own = active === null ? [] : [{ ...active, title: active.name }]
    if (!files.surrounds) return own
    const site = async (place: 'before' | 'after') =>
      (await files.around(place)).map(({ file, source }) => ({ name: null, title: file, source }))
    return [...(await site('before')), ...own, ...(await site('after'))]
  }

  async #execute(stage: Stage, { account, content, envelope, environment }: ScriptRun): Promise<Verdict> {
    const compiled = await this.#programs.get(account, stage.name, stage.source)
    if (compiled.program === null) return this.#failed(account, stage, compiled, compiled.diagnostics)
    try {
      const message = messageOf(content.header, content.octets, content.structure)
      const host = { answer: (ask: Ask) => answer(ask, { account, content }, this.#options) }
      const { delimiter, limits } = this.#options
      const outcome = await execute(compiled.program, message, envelope, host, { delimiter, limits, environment })
      const { actions, remember, error } = outcome
      if (error === null) return { actions, remember, complaint: null }
      return { ...this.#failed(account, stage, compiled, sentenceOf(error)), actions }
    } catch (error) {
      this.#options.log.error({ err: error, account, script: stage.title }, 'a script could not be run')
      return nothing
    }
  }

  /** The owner of a script is told once that it fails; the administrator each time, in the log. */
  #failed(account: AccountId, { name, title }: Stage, compiled: Compiled, text: string): Verdict {
    const facts = { account, script: title, reason: text }
    if (name === null) {
      this.#options.log.error(facts, 'a script of the administrator failed; it counts as if it had done nothing')
      return nothing
    }
    this.#options.log.info(facts, 'a script failed; the message is kept')
    const complaint = compiled.told ? null : { script: name, text }
    compiled.told = true
    return { ...nothing, complaint }
  }
}

const nothing: Verdict = { actions: [{ do: 'keep', implicit: true }], remember: [], complaint: null }

function isImplicitKeep(action: Action): action is Extract<Action, { do: 'keep' }> {
  return action.do === 'keep' && action.implicit
}

/** Flags that an earlier script has left to the implicit keep go along, wherever the message is filed. */
function withFlags<A extends Action>(action: A, flags: readonly string[] | undefined): A {
  if (flags === undefined || flags.length === 0 || (action.do !== 'keep' && action.do !== 'fileinto')) return action
  return { ...action, flags: [...new Set([...flags, ...(action.flags ?? [])])] }
}

function sentenceOf({ script, line, message }: RuntimeError): string {
  return `${script === undefined ? 'Line' : `Script "${script}", line`} ${line}: ${message}`
}
