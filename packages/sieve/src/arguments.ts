/** A node's arguments with their values at this moment: variables are expanded when an argument is read. */
import type { Machine } from './machine.ts'
import type { Node, Text } from './program.ts'

export class Arguments {
  readonly node: Node
  readonly #machine: Machine

  constructor(node: Node, machine: Machine) {
    this.node = node
    this.#machine = machine
  }

  /** True where the argument, a tag without a value included, was given. */
  has(name: string): boolean {
    return this.node.arguments[name] !== undefined
  }

  number(name: string): number {
    const value = this.node.arguments[name]
    return typeof value === 'number' ? value : this.#missing(name)
  }

  text(name: string): string {
    const value = this.node.arguments[name]
    if (typeof value === 'string') return value
    if (typeof value !== 'object' || !('template' in value)) return this.#missing(name)
    return this.#machine.expand(value)
  }

  /** Of a `strings` argument. A constant list is the same array each time, so that it may be a key of a cache. */
  texts(name: string): readonly string[] {
    const value = this.node.arguments[name]
    if (!Array.isArray(value)) return this.#missing(name)
    const list = value as readonly Text[]
    if (list.every(text => typeof text === 'string')) return list
    return list.map(text => (typeof text === 'string' ? text : this.#machine.expand(text)))
  }

  /** The tag chosen of a group, or a text argument; null where none was given. */
  choice(name: string): string | null {
    const value = this.node.arguments[name]
    return typeof value === 'string' ? value : null
  }

  /** The block of a control structure. */
  get block(): readonly Node[] {
    return this.node.block ?? []
  }

  get tests(): readonly Node[] {
    return this.node.tests ?? []
  }

  /** A program that was not made by this compiler with these extensions. */
  #missing(name: string): never {
    return this.#machine.fail(`The compiled script lacks the argument "${name}" of "${this.node.name}".`)
  }
}
