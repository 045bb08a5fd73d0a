/** From tree to the program of a Thompson machine: a list of states, of which each takes a character or leads on. */
import { FastSet, type Variants } from './characters.ts'
import { parseRegex } from './parse.ts'
import { type Assertion, BadRegex, type Tree } from './tree.ts'

export type State =
  | { readonly op: 'take'; readonly set: FastSet }
  /** Goes on at both; the first is preferred. */
  | { readonly op: 'fork'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** Remembers the place: 2n begins group n, 2n + 1 ends it. */
  | { readonly op: 'mark'; readonly slot: number }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'match' }

export interface Regex {
  readonly states: readonly State[]
  readonly groups: number
}

export interface RegexLimits {
  /** Characters of a pattern. */
  readonly regexCharacters: number
  /** States of the machine that a pattern becomes; intervals multiply what they repeat. */
  readonly regexStates: number
}

/** Throws BadRegex. */
export function compileRegex(pattern: string, variants: Variants, limits: RegexLimits): Regex {
  if (pattern.length > limits.regexCharacters) {
    throw new BadRegex(`A regular expression has at most ${limits.regexCharacters} characters.`)
  }
  const { tree, groups } = parseRegex(pattern)
  const compiler = new Compiler(variants, limits.regexStates)
  compiler.add(tree)
  compiler.emit({ op: 'match' })
  return { states: compiler.states, groups }
}

class Compiler {
  readonly states: State[] = []
  readonly #variants: Variants
  readonly #limit: number
  /** A repeated set is made once. */
  readonly #sets = new Map<object, FastSet>()

  constructor(variants: Variants, limit: number) {
    this.#variants = variants
    this.#limit = limit
  }

  emit<S extends State>(state: S): S {
    if (this.states.length >= this.#limit) {
      throw new BadRegex(`The regular expression is too large: it becomes more than ${this.#limit} states.`)
    }
    this.states.push(state)
    return state
  }

  add(tree: Tree): void {
    switch (tree.kind) {
      case 'set':
        this.emit({ op: 'take', set: this.#fast(tree.set) })
        return
      case 'assert':
        this.emit({ op: 'assert', what: tree.what })
        return
      case 'all':
        for (const each of tree.of) this.add(each)
        return
      case 'either':
        this.#either(tree.of)
        return
      case 'group':
        this.emit({ op: 'mark', slot: 2 * tree.index })
        this.add(tree.of)
        this.emit({ op: 'mark', slot: 2 * tree.index + 1 })
        return
      case 'repeat':
        this.#repeat(tree.of, tree.least, tree.most)
    }
  }

  #fast(set: Extract<Tree, { kind: 'set' }>['set']): FastSet {
    let fast = this.#sets.get(set)
    if (fast === undefined) {
      fast = new FastSet(set, this.#variants)
      this.#sets.set(set, fast)
    }
    return fast
  }

  #either(branches: readonly Tree[]): void {
    const jumps = branches.map((branch, i) => {
      if (i === branches.length - 1) {
        this.add(branch)
        return null
      }
      const fork = this.emit({ op: 'fork', first: this.states.length + 1, second: 0 })
      this.add(branch)
      const jump = this.emit({ op: 'jump', to: 0 })
      fork.second = this.states.length
      return jump
    })
    for (const jump of jumps) if (jump !== null) jump.to = this.states.length
  }

  #repeat(of: Tree, least: number, most: number | null): void {
    if (most === null) {
      this.#repeatForEver(of, least)
      return
    }
    for (let i = 0; i < least; i++) this.add(of)
    const forks: { second: number }[] = []
    for (let i = least; i < most; i++) {
      forks.push(this.emit({ op: 'fork', first: this.states.length + 1, second: 0 }))
      this.add(of)
    }
    for (const fork of forks) fork.second = this.states.length
  }

  /** The last time that must be is the one that is repeated. */
  #repeatForEver(of: Tree, least: number): void {
    for (let i = 1; i < least; i++) this.add(of)
    const start = this.states.length
    if (least > 0) {
      this.add(of)
      const behind = this.emit({ op: 'fork', first: start, second: 0 })
      behind.second = this.states.length
      return
    }
    const fork = this.emit({ op: 'fork', first: start + 1, second: 0 })
    this.add(of)
    this.emit({ op: 'jump', to: start })
    fork.second = this.states.length
  }
}
