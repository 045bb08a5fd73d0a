/**
 * The machine that a running script's commands and tests see: its message, its budget, what it has done.
 *
 * Invariants: a step of the budget is paid before the work that it stands for; an act is recorded only after the host
 * has had its say; nothing here waits or does I/O.
 */
import type { SieveAddress } from './address.ts'
import { Arguments } from './arguments.ts'
import { Editing } from './editing.ts'
import type { Edition, Piece } from './edition.ts'
import type { Asking, FieldSource, SieveExtension, Test } from './extension.ts'
import { Frame } from './frame.ts'
import type { SieveLimits } from './limits.ts'
import { Later } from './match.ts'
import type { SieveEnvelope, SieveMessage } from './message.ts'
import type { Node, Program, Template } from './program.ts'
import type { Registry } from './registry.ts'
import type { Act, Refusal, Remembrance } from './step.ts'

/** Ends a script as a run-time error (RFC 5228 §2.10.6). */
export class ScriptFailure extends Error {}

/** Characters compared that cost one step. */
const charactersPerStep = 64

/** A message that is in a mailbox, or has just been put there by a client, and to which something has happened. */
export interface MailboxEvent {
  /** Those that it has now. */
  readonly flags: readonly string[]
}

/** What the site says about itself. */
export interface SieveSite {
  /** Between user and detail of a local-part (RFC 5233 §1); '' where there are no details. */
  readonly delimiter: string
  /** The one point in time that the script calls now, in milliseconds (RFC 5260 §5). */
  readonly now: number
  /** Minutes east of Greenwich that local time has at a point in time. */
  zoneMinutesAt(instant: number): number
  /** What happened to a message that is in a mailbox already (RFC 6785); null at delivery. */
  readonly event: MailboxEvent | null
  /** A word of letters and digits that nobody can guess. */
  unique(): string
  /** Items of the environment by their names in lower case (RFC 5183 §4.1). */
  readonly environment: Readonly<Record<string, string>>
}

export class Machine {
  readonly envelope: SieveEnvelope
  readonly registry: Registry
  readonly limits: SieveLimits
  readonly site: SieveSite
  /** The program that was run, with what it includes. */
  readonly program: Program
  readonly #captured = (captures: readonly string[]): void => {
    for (const extension of this.#frame.capturing) extension.matched?.(captures, this)
  }
  /** Extensions that any script of the run has used: the implicit keep is everybody's. */
  readonly #used = new Set<SieveExtension>()
  #frame: Frame
  readonly #editing: Editing
  /** The block that commands leave before its end; null where they go on. */
  #left: object | null = null
  readonly #acts: Act[] = []
  readonly #remembrances = new Map<string, Remembrance>()
  readonly #states = new Map<object, unknown>()
  readonly #redirects = new Set<string>()
  #steps = 0
  #characters = 0
  #keeps = true
  #stopped = false
  #node: Node | null = null

  constructor(options: {
    message: SieveMessage
    envelope: SieveEnvelope
    registry: Registry
    limits: SieveLimits
    site: SieveSite
    program: Program
  }) {
    this.#editing = new Editing(options.message)
    this.envelope = options.envelope
    this.registry = options.registry
    this.limits = options.limits
    this.site = options.site
    this.program = options.program
    this.#frame = new Frame(options.registry, options.program.requires)
  }

  /** What is to be remembered if the script ends in good order; the last word on a key counts. */
  remember(key: string, what: Remembrance): void {
    if (!this.#remembrances.has(key) && this.#remembrances.size >= this.limits.remembrances) {
      this.fail(`The script has more than ${this.limits.remembrances} things remembered.`)
    }
    this.#remembrances.set(key, what)
  }

  get remembrances(): readonly Remembrance[] {
    return [...this.#remembrances.values()]
  }

  /** The message as it is now, with whatever the script has done to it. */
  get message(): SieveMessage {
    return this.#editing.message
  }

  /** The message for editing. Fails where the host does not let scripts do that. */
  get edition(): Edition {
    return this.#editing.edition ?? this.fail('The host does not let a script edit this message.')
  }

  /**
   * Makes an edition, in which the script has written so many octets, the message of all that follows. `redirects`
   * false: of all but what is sent on.
   */
  edit(edition: Edition, octets: number, redirects = true): void {
    this.charge(edition.parts)
    this.#editing.edit(edition, octets, redirects)
    const limit = this.limits.editedOctets
    if (this.#editing.octets > limit) this.fail(`The script writes more than ${limit} octets into its message.`)
  }

  /** Of the limit on what a script writes into its message, what is used up. */
  get editedOctets(): number {
    return this.#editing.octets
  }

  /** Where octets [start, end) of the message as it is now are. */
  pieces(start: number, end: number): readonly Piece[] {
    return this.#editing.slice(start, end)
  }

  /** Octets [start, end) of the message as it is now. */
  *octets(start: number, end: number): Asking<Uint8Array> {
    const found: Uint8Array[] = []
    for (const piece of this.#editing.slice(start, end)) {
      const octets = piece instanceof Uint8Array ? piece : yield { ask: 'octets', start: piece.start, end: piece.end }
      if (!(octets instanceof Uint8Array)) this.fail('The host does not show the body of the message.')
      found.push(octets)
    }
    return found.length === 1 ? (found[0] as Uint8Array) : Buffer.concat(found)
  }

  /** What has been done so far, in order. */
  get acts(): readonly Act[] {
    return this.#acts
  }

  get steps(): number {
    return this.#steps
  }

  /** Where the script is, for error messages. */
  get node(): Node | null {
    return this.#node
  }

  /** Whether the implicit keep is still to be done (RFC 5228 §2.10.2). */
  get keeps(): boolean {
    return this.#keeps
  }

  /** True where the script under way requires the capability, or an `ihave` has found it. */
  has(capability: string): boolean {
    return this.#frame.requires(capability)
  }

  isEnabled(extension: SieveExtension): boolean {
    return this.#frame.isEnabled(extension)
  }

  /** Enables capabilities for the rest of the script under way, all or none; false where one cannot be had. */
  enable(capabilities: readonly string[]): boolean {
    return this.#frame.enable(capabilities)
  }

  /** An extension's own memory for the time of one run, found by a key that only it has. */
  state<T>(key: { initial(): T }): T {
    let value = this.#states.get(key)
    if (value === undefined) {
      value = key.initial()
      this.#states.set(key, value)
    }
    return value as T
  }

  /** The same for the script under way alone: another one that it includes has its own. */
  scriptState<T>(key: { initial(): T }): T {
    return this.#frame.state(key)
  }

  /** Pays for work. */
  charge(steps: number): void {
    this.#steps += steps
    if (this.#steps > this.limits.steps) this.fail('The script takes too many steps.')
  }

  /** Pays for characters looked at. */
  chargeCharacters(characters: number): void {
    this.#characters += characters
    if (this.#characters >= charactersPerStep) {
      const steps = Math.floor(this.#characters / charactersPerStep)
      this.#characters -= steps * charactersPerStep
      this.charge(steps)
    }
  }

  fail(sentence: string): never {
    throw new ScriptFailure(sentence)
  }

  /** Ends the script in good order (RFC 5228 §3.3). */
  stop(): void {
    this.#stopped = true
  }

  /** Leaves the blocks that are under way, out to the one whose command knows this object; see `hasLeft`. */
  leave(block: object): void {
    this.#left = block
  }

  /** True where the commands of this block were left; what is behind the block goes on. */
  hasLeft(block: object): boolean {
    if (this.#left !== block) return false
    this.#left = null
    return true
  }

  /** Ends the script under way; the one that includes it goes on. */
  return(): void {
    this.#frame.returned = true
  }

  /** The name of the included script that is under way; null for the one that was run. */
  get scriptName(): string | null {
    return this.#frame.script
  }

  /** Runs another script inside of this one, with a frame of its own (RFC 6609 §3.2). */
  *include(program: Program, name: string): Asking<void> {
    const including = this.#frame
    this.#frame = new Frame(this.registry, program.requires, name)
    yield* this.block(program.commands)
    for (const extension of this.#frame.enabled) this.#used.add(extension)
    this.#frame = including
  }

  /** The text of a template, with the values that its references have now. */
  expand(template: Template): string {
    let text = ''
    for (const piece of template.template) {
      if (typeof piece === 'string') text += piece
      else {
        const owner = this.registry.capabilities.get(piece.of)
        if (owner?.resolve === undefined || !this.isEnabled(owner))
          this.fail(`Nobody resolves references of "${piece.of}".`)
        const value = owner.resolve(piece.reference, this)
        this.chargeCharacters(value.length)
        text += value
      }
    }
    return text
  }

  /** True where commands are not to go on: the script was stopped, or has returned, or a block is being left. */
  get isEnding(): boolean {
    return this.#stopped || this.#frame.returned || this.#left !== null
  }

  /** Runs commands in order, handing each one's answer to the one behind it. */
  *block(commands: readonly Node[]): Asking<void> {
    let before: unknown = null
    for (const node of commands) {
      if (this.isEnding) return
      this.#begin(node)
      const command = this.registry.commands.get(node.name)?.value
      if (command === undefined) this.fail(`The command "${node.name}" is not known here.`)
      const instead = this.registry.tags.get(node.name)?.find(({ value }) => value.instead && node.arguments[value.tag])
      const { run } = instead?.value.instead ?? command
      const result = run(new Arguments(node, this), this, before)
      before = isAsking(result) ? yield* result : result
    }
  }

  /** The truth of a test: at once where nobody must be asked, which is what most scripts do most of their time. */
  truth(node: Node): boolean | Asking<boolean> {
    this.#begin(node)
    const test = this.registry.tests.get(node.name)?.value
    if (test === undefined) this.fail(`The test "${node.name}" is not known here.`)
    try {
      const result = test.run(new Arguments(node, this), this)
      return isAsking(result) ? this.#asked(result, test, node) : result
    } catch (error) {
      if (!(error instanceof Later)) throw error
      return this.#asked(error, test, node)
    }
  }

  /** The same for those who ask anyway. */
  *test(node: Node): Asking<boolean> {
    const truth = this.truth(node)
    return isAsking(truth) ? yield* truth : truth
  }

  /** Evaluates a test again as often as a match type must ask first. */
  *#asked(begun: Asking<boolean> | Later, test: Test, node: Node): Asking<boolean> {
    let result: boolean | Asking<boolean> | Later = begun
    for (;;) {
      try {
        if (result instanceof Later) result.answered(yield result.ask)
        else return isAsking(result) ? yield* result : result
        result = test.run(new Arguments(node, this), this)
      } catch (error) {
        if (!(error instanceof Later)) throw error
        result = error
      }
    }
  }

  /** Pays for a command or test, and fails where what it needs has not been found (RFC 5463 §4). */
  #begin(node: Node): void {
    this.#node = node
    this.charge(1)
    if (node.unavailable !== undefined) this.fail(node.unavailable)
    for (const word of node.needs ?? []) {
      const owner = this.registry.capabilities.get(word)
      if (owner === undefined || !this.isEnabled(owner)) {
        this.fail(`"${node.name}" needs the extension "${word}", which no "ihave" has found.`)
      }
    }
  }

  /**
   * Does something to the message. Extensions may change it, the host may refuse it, limits may forbid it; then it is
   * recorded. `cancelsKeep` is what RFC 5228 §2.10.2 says of the action.
   */
  act(act: Act, given: Arguments, cancelsKeep: boolean): Asking<void> {
    return this.#do(act, given, this.#frame.enabled, cancelsKeep)
  }

  *#do(act: Act, given: Arguments, extensions: readonly SieveExtension[], cancelsKeep: boolean): Asking<void> {
    let changed = act
    for (const extension of extensions) changed = extension.act?.(changed, given, this) ?? changed
    changed = this.#editing.edited(changed)
    if (this.#acts.length >= this.limits.actions) {
      this.fail(`The script does more than ${this.limits.actions} actions.`)
    }
    if (changed.do === 'redirect' && changed.list === undefined) this.#countRedirect(changed.address)
    const answer = yield changed
    if (isRefusal(answer)) this.fail(answer.refuse)
    this.#acts.push(changed)
    if (cancelsKeep && !('copy' in changed && changed.copy === true)) this.#keeps = false
  }

  /** The fields that a test looks at where its tags ask for others than the message's (RFC 5703 §4); else null. */
  source(given: Arguments): FieldSource | null {
    for (const extension of this.#frame.sourcing) {
      const source = extension.source?.(given, this)
      if (source != null) return source
    }
    return null
  }

  /** The implicit keep, as every script of the run wants it (RFC 5228 §2.10.2). */
  *keep(given: Arguments): Asking<void> {
    for (const extension of this.#frame.enabled) this.#used.add(extension)
    const extensions = this.registry.all.filter(extension => this.#used.has(extension))
    yield* this.#do({ do: 'keep', implicit: true }, given, extensions, true)
  }

  #countRedirect(address: string): void {
    this.#redirects.add(address)
    if (this.#redirects.size > this.limits.redirects) {
      this.fail(`The script redirects to more than ${this.limits.redirects} addresses.`)
    }
  }

  /**
   * True where any value matches any key under the match type and the comparator that a test was given (RFC 5228 §2.7).
   * `count` is what `:count` counts, where that is not the number of values; `captures` false keeps match variables as
   * they are.
   */
  matches(
    given: Arguments,
    values: readonly string[],
    keys: readonly string[],
    { count = values.length, captures = true }: { readonly count?: number; readonly captures?: boolean } = {},
  ): boolean {
    const comparatorName = given.choice('comparator') ?? 'i;ascii-casemap'
    const comparator = this.registry.comparators.get(comparatorName)?.value
    const matchType = this.registry.matchTypes.get(given.choice('matchType') ?? 'is')?.value
    if (comparator === undefined || matchType === undefined) {
      this.fail('The comparator or match type is not known here.')
    }
    const argument = matchType.argument === undefined ? '' : given.text(matchType.argument.name)
    const captured = captures && this.#frame.capturing.length > 0 ? this.#captured : null
    return matchType.matches({ values, count, keys, comparator, comparatorName, argument, captured, machine: this })
  }

  /** The occurrences of header fields that a test looks at, in the order of their names; extensions may narrow them. */
  fields(given: Arguments, names: readonly string[], read: (name: string) => readonly string[]): readonly string[] {
    const [only] = names
    let fields: readonly string[] = names.length === 1 && only !== undefined ? read(only) : joined(names, read)
    this.charge(names.length)
    for (const extension of this.#frame.narrowing) fields = extension.fields?.(fields, given, this) ?? fields
    return fields
  }

  /** The part of an address that a name such as "domain" means; null where the address has none (RFC 5228 §2.7.4). */
  addressPart(name: string, address: SieveAddress): string | null {
    const part = this.registry.addressParts.get(name)?.value
    return part === undefined ? this.fail(`The address part ":${name}" is not known here.`) : part.of(address, this)
  }
}

/** As `flatMap`, which takes its time. */
function joined(names: readonly string[], read: (name: string) => readonly string[]): readonly string[] {
  const all: string[] = []
  for (const name of names) for (const field of read(name)) all.push(field)
  return all
}

function isAsking<T>(result: T | Asking<T>): result is Asking<T> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && typeof (answer as Refusal).refuse === 'string'
}
