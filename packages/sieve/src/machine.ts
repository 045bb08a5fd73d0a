/**
 * The machine that a running script's commands and tests see: its message, its budget, what it has done.
 *
 * Invariants: a step of the budget is paid before the work that it stands for; an act is recorded only after the host
 * has had its say; nothing here waits or does I/O.
 */
import type { SieveAddress } from './address.ts'
import { Arguments } from './arguments.ts'
import type { Asking, SieveExtension } from './extension.ts'
import type { SieveLimits } from './limits.ts'
import type { SieveEnvelope, SieveMessage } from './message.ts'
import type { Node, Template } from './program.ts'
import type { Registry } from './registry.ts'
import { isEnabled } from './registry.ts'
import type { Act, Refusal } from './step.ts'

/** Ends a script as a run-time error (RFC 5228 §2.10.6). */
export class ScriptFailure extends Error {}

/** Characters compared that cost one step. */
const charactersPerStep = 64

/** What the site says about itself. */
export interface SieveSite {
  /** Between user and detail of a local-part (RFC 5233 §1); '' where there are no details. */
  readonly delimiter: string
  /** The one point in time that the script calls now, in milliseconds (RFC 5260 §5). */
  readonly now: number
  /** Minutes east of Greenwich that local time has at a point in time. */
  zoneMinutesAt(instant: number): number
}

export class Machine {
  readonly message: SieveMessage
  readonly envelope: SieveEnvelope
  readonly registry: Registry
  readonly limits: SieveLimits
  readonly site: SieveSite
  readonly #wantsCaptures: boolean
  readonly #narrowing: readonly SieveExtension[]
  readonly #captured = (captures: readonly string[]): void => {
    for (const extension of this.#enabled) extension.matched?.(captures, this)
  }
  readonly #required: ReadonlySet<string>
  readonly #enabled: readonly SieveExtension[]
  readonly #acts: Act[] = []
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
    requires: readonly string[]
  }) {
    this.message = options.message
    this.envelope = options.envelope
    this.registry = options.registry
    this.limits = options.limits
    this.site = options.site
    this.#required = new Set(options.requires)
    this.#enabled = options.registry.all.filter(extension => isEnabled(extension, this.#required))
    this.#narrowing = this.#enabled.filter(extension => extension.fields !== undefined)
    this.#wantsCaptures = this.#enabled.some(extension => extension.matched !== undefined)
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

  has(capability: string): boolean {
    return this.#required.has(capability)
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

  /** The text of a template, with the values that its references have now. */
  expand(template: Template): string {
    let text = ''
    for (const piece of template.template) {
      if (typeof piece === 'string') text += piece
      else {
        const owner = this.registry.capabilities.get(piece.of)
        if (owner?.resolve === undefined) this.fail(`Nobody resolves references of "${piece.of}".`)
        const value = owner.resolve(piece.reference, this)
        this.chargeCharacters(value.length)
        text += value
      }
    }
    return text
  }

  /** Runs commands in order, handing each one's answer to the one behind it. */
  *block(commands: readonly Node[]): Asking<void> {
    let before: unknown = null
    for (const node of commands) {
      if (this.#stopped) return
      this.#node = node
      this.charge(1)
      const command = this.registry.commands.get(node.name)?.value
      if (command === undefined) this.fail(`The command "${node.name}" is not known here.`)
      const result = command.run(new Arguments(node, this), this, before)
      before = isAsking(result) ? yield* result : result
    }
  }

  /** The truth of a test. */
  *test(node: Node): Asking<boolean> {
    const result = this.#begin(node)
    return isAsking(result) ? yield* result : result
  }

  #begin(node: Node): boolean | Asking<boolean> {
    this.#node = node
    this.charge(1)
    const test = this.registry.tests.get(node.name)?.value
    if (test === undefined) this.fail(`The test "${node.name}" is not known here.`)
    return test.run(new Arguments(node, this), this)
  }

  /**
   * Does something to the message. Extensions may change it, the host may refuse it, limits may forbid it; then it is
   * recorded. `cancelsKeep` is what RFC 5228 §2.10.2 says of the action.
   */
  *act(act: Act, given: Arguments, cancelsKeep: boolean): Asking<void> {
    const changed = this.#changed(act, given)
    if (this.#acts.length >= this.limits.actions) {
      this.fail(`The script does more than ${this.limits.actions} actions.`)
    }
    if (changed.do === 'redirect') this.#countRedirect(changed.address)
    const answer = yield changed
    if (isRefusal(answer)) this.fail(answer.refuse)
    this.#acts.push(changed)
    if (cancelsKeep && !('copy' in changed && changed.copy === true)) this.#keeps = false
  }

  /** Changes an act as the extensions in use want it (flags, copies, …). */
  #changed(act: Act, given: Arguments): Act {
    let changed = act
    for (const extension of this.#enabled) changed = extension.act?.(changed, given, this) ?? changed
    return changed
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
    const captured = captures && this.#wantsCaptures ? this.#captured : null
    return matchType.matches({ values, count, keys, comparator, comparatorName, argument, captured, machine: this })
  }

  /** The occurrences of header fields that a test looks at, in the order of their names; extensions may narrow them. */
  fields(given: Arguments, names: readonly string[], read: (name: string) => readonly string[]): readonly string[] {
    const [only] = names
    let fields: readonly string[] = names.length === 1 && only !== undefined ? read(only) : names.flatMap(read)
    this.charge(names.length)
    for (const extension of this.#narrowing) fields = extension.fields?.(fields, given, this) ?? fields
    return fields
  }

  /** The part of an address that a name such as "domain" means; null where the address has none (RFC 5228 §2.7.4). */
  addressPart(name: string, address: SieveAddress): string | null {
    const part = this.registry.addressParts.get(name)?.value
    return part === undefined ? this.fail(`The address part ":${name}" is not known here.`) : part.of(address, this)
  }
}

function isAsking<T>(result: T | Asking<T>): result is Asking<T> {
  return typeof result === 'object' && result !== null && Symbol.iterator in result && 'next' in result
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && typeof (answer as Refusal).refuse === 'string'
}
