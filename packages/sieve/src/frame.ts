/**
 * What one script of a run has to itself: what it requires, its variables, whether it has returned (RFC 6609 §3.2,
 * §3.4). A run has one frame a script that is under way, the innermost last.
 */
import type { SieveExtension } from './extension.ts'
import { changesText, isEnabled, type Registry } from './registry.ts'

export class Frame {
  /** The script's name for error messages; null for the one that was run. */
  readonly script: string | null
  readonly #registry: Registry
  readonly #required: Set<string>
  readonly #states = new Map<object, unknown>()
  #enabled: readonly SieveExtension[] = []
  #narrowing: readonly SieveExtension[] = []
  #capturing: readonly SieveExtension[] = []
  #sourcing: readonly SieveExtension[] = []
  returned = false

  constructor(registry: Registry, requires: readonly string[], script: string | null = null) {
    this.script = script
    this.#registry = registry
    this.#required = new Set(requires)
    this.#select()
  }

  /** The extensions in use, in the registry's order. */
  get enabled(): readonly SieveExtension[] {
    return this.#enabled
  }

  /** Those that narrow header fields. */
  get narrowing(): readonly SieveExtension[] {
    return this.#narrowing
  }

  /** Those that say which fields a test looks at. */
  get sourcing(): readonly SieveExtension[] {
    return this.#sourcing
  }

  /** Those that want to know what wildcards took. */
  get capturing(): readonly SieveExtension[] {
    return this.#capturing
  }

  requires(capability: string): boolean {
    return this.#required.has(capability)
  }

  isEnabled(extension: SieveExtension): boolean {
    return isEnabled(extension, this.#required)
  }

  /** Enables all of the capabilities from here on, or none where one cannot be had (RFC 5463 §4). */
  enable(capabilities: readonly string[]): boolean {
    for (const word of capabilities) {
      const owner = this.#registry.capabilities.get(word)
      if (owner === undefined || (changesText(owner) && !this.isEnabled(owner))) return false
    }
    if (capabilities.some(word => !this.#required.has(word))) {
      for (const word of capabilities) {
        this.#required.add(word)
        for (const implied of this.#registry.capabilities.get(word)?.implies ?? []) this.#required.add(implied)
      }
      this.#select()
    }
    return true
  }

  state<T>(key: { initial(): T }): T {
    let value = this.#states.get(key)
    if (value === undefined) {
      value = key.initial()
      this.#states.set(key, value)
    }
    return value as T
  }

  #select(): void {
    this.#enabled = this.#registry.all.filter(extension => this.isEnabled(extension))
    this.#narrowing = this.#enabled.filter(extension => extension.fields !== undefined)
    this.#sourcing = this.#enabled.filter(extension => extension.source !== undefined)
    this.#capturing = this.#enabled.filter(extension => extension.matched !== undefined)
  }
}
