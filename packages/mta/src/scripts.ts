import {
  type AnswerOptions,
  answer,
  type Compiled,
  type ContentTests,
  editedContent,
  offeredExtensions,
  Programs,
  type ScriptFiles,
} from '@lemonade/filter'
import type { Log } from '@lemonade/net'
import type { AccountId, Instant, PreparedContent, Store } from '@lemonade/store'
import {
  type Act,
  type Ask,
  type EditedMessage,
  execute,
  messageOf,
  type Outcome,
  type RuntimeError,
  type SieveEnvelope,
  type SieveExtension,
  type SieveHost,
  type SieveLimits,
} from 'sieve.js'

type Action = Outcome['actions'][number]

/** An action of a script; `content` is the message as the script has edited it, where it has. */
export type Settled = Action & { readonly content?: PreparedContent }

/** What scripts want done with a message. A script that failed wants it kept, and its owner to know. */
export interface Verdict {
  readonly actions: readonly Settled[]
  /** Of the actions; to be discarded when they have been done, or not. */
  readonly contents: readonly PreparedContent[]
  readonly remember: Outcome['remember']
  /** What went wrong, for the owner, once for each version of a script; null where nothing did or it was told. */
  readonly complaint: { readonly script: string; readonly text: string } | null
}

/** One message for one account. */
export interface ScriptRun {
  readonly account: AccountId
  readonly content: PreparedContent
  readonly envelope: SieveEnvelope
  /** RFC 5183 §4.1 */
  readonly environment: Readonly<Record<string, string>>
  /** What scripts call now; default: now. */
  readonly now?: Instant
  /** Told of each script and each of its steps, for people. */
  readonly watch?: ScriptWatch
}

export interface ScriptWatch {
  /** A script begins, or cannot for the reason that is given. */
  begins(title: string, problem: string | null): void
  asks(ask: Ask, answer: unknown): void
  acts(act: Act): void
  ends(error: RuntimeError | null): void
}

export interface ScriptsOptions {
  readonly store: Store
  readonly files: ScriptFiles
  /** How many compiled scripts are kept. */
  readonly limit: number
  /** Between user and detail (RFC 5233 §1). */
  readonly delimiter: string
  readonly contentTests: ContentTests
  readonly converter?: AnswerOptions['converter']
  readonly limits: SieveLimits
  /** What scripts may require; default: what every server offers. */
  readonly extensions?: readonly SieveExtension[] | undefined
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
    const { store, files, limit, limits, extensions = offeredExtensions } = options
    this.#options = options
    this.#programs = new Programs({ store, files, limit, compiling: { limits, extensions } })
  }

  /** Rejects where a script of the administrator's cannot be had; never for what a script does (RFC 5228 §2.10.6). */
  async run(run: ScriptRun): Promise<Verdict> {
    const actions: Settled[] = []
    const remember: Outcome['remember'][number][] = []
    const contents: PreparedContent[] = []
    let kept: Keep = { do: 'keep', implicit: true }
    let complaint: Verdict['complaint'] = null
    for (const stage of await this.#stages(run.account)) {
      // The next script sees the message as the one before has left it.
      const { content = run.content } = kept
      const result = await this.#execute(stage, { ...run, content })
      complaint ??= result.complaint
      remember.push(...result.remember)
      contents.push(...result.contents)
      const keep = result.actions.find(isImplicitKeep)
      actions.push(...result.actions.filter(action => action !== keep).map(action => after(kept, action)))
      if (keep === undefined) return { actions, contents, remember, complaint }
      kept = after(kept, keep)
    }
    return { actions: [...actions, kept], contents, remember, complaint }
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

  async #execute(
    stage: Stage,
    { account, content, envelope, environment, now = Date.now(), watch }: ScriptRun,
  ): Promise<Verdict> {
    const compiled = await this.#programs.get(account, stage.name, stage.source)
    watch?.begins(stage.title, compiled.program === null ? compiled.diagnostics : null)
    if (compiled.program === null) return this.#failed(account, stage, compiled, compiled.diagnostics)
    try {
      const message = messageOf(content.header, content.octets, content.structure)
      const host: SieveHost = {
        answer: async ask => {
          const said = await answer(ask, { account, content }, this.#options)
          watch?.asks(ask, said)
          return said
        },
        act: act => {
          watch?.acts(act)
          return undefined
        },
      }
      const { delimiter, limits, extensions = offeredExtensions } = this.#options
      const options = { extensions, delimiter, limits, environment, now }
      const outcome = await execute(compiled.program, message, envelope, host, options)
      const { actions, remember, error } = outcome
      watch?.ends(error)
      if (error !== null) return { ...this.#failed(account, stage, compiled, sentenceOf(error)), actions }
      return { ...(await this.#settled(actions, content)), remember, complaint: null }
    } catch (error) {
      this.#options.log.error({ err: error, account, script: stage.title }, 'a script could not be run')
      return nothing
    }
  }

  /** Makes the contents that edited messages need, each once. Throws StoreError. */
  async #settled(actions: readonly Action[], content: PreparedContent): Promise<Pick<Verdict, 'actions' | 'contents'>> {
    const made = new Map<unknown, PreparedContent>()
    try {
      const settled: Settled[] = []
      for (const action of actions) {
        const edited = 'edited' in action ? (action.edited as EditedMessage | undefined) : undefined
        if (edited === undefined) settled.push(action)
        else {
          const own = made.get(edited.pieces) ?? (await editedContent(this.#options.store, content, edited))
          made.set(edited.pieces, own)
          settled.push({ ...action, content: own })
        }
      }
      return { actions: settled, contents: [...made.values()] }
    } catch (error) {
      for (const each of made.values()) await each.discard()
      throw error
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

const nothing: Verdict = {
  actions: [{ do: 'keep', implicit: true }],
  contents: [],
  remember: [],
  complaint: null,
}

type Keep = Extract<Action, { do: 'keep' }> & Pick<Settled, 'content'>

function isImplicitKeep(action: Settled): action is Keep {
  return action.do === 'keep' && action.implicit
}

/** What an earlier script has left to the implicit keep goes along: flags, and what it has made of the message. */
function after<A extends Settled>({ flags = [], content }: Keep, action: A): A {
  if (action.do !== 'keep' && action.do !== 'fileinto' && action.do !== 'redirect') return action
  const edited = content === undefined || action.content !== undefined ? action : { ...action, content }
  if (flags.length === 0 || action.do === 'redirect') return edited
  return { ...edited, flags: [...new Set([...flags, ...(action.flags ?? [])])] }
}

function sentenceOf({ script, line, message }: RuntimeError): string {
  return `${script === undefined ? 'Line' : `Script "${script}", line`} ${line}: ${message}`
}
