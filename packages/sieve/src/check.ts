/** Checks a tree against the tables: commands and tests in their place and shape. Reports every error it finds. */
import { Binder, textExtensions } from './bind.ts'
import type { SieveExtension } from './extension.ts'
import { Findings } from './findings.ts'
import type { SieveLimits } from './limits.ts'
import type { SourceNode } from './parse.ts'
import { type Node, type Program, programFormat } from './program.ts'
import { isEnabled, type Owned, type Registry } from './registry.ts'
import type { Report } from './report.ts'
import { requirements } from './requirements.ts'
import type { Enclosing, Rules, Signature } from './signature.ts'
import { choice, shorten } from './wording.ts'

/** Makes a program of a tree. What it returns is good only if the report has no error. */
export function check(tree: readonly SourceNode[], registry: Registry, limits: SieveLimits, report: Report): Program {
  const required = requirements(tree, registry, report)
  const deferred = registry.all.some(extension => extension.defersChecks === true && isEnabled(extension, required))
  const checker = new Checker({ required, registry, limits, deferred }, report)
  const commands = checker.commands(tree.filter(node => node.name !== 'require'))
  return { format: programFormat, requires: [...required], commands }
}

class Checker {
  readonly #rules: Rules
  readonly #report: Report
  readonly #text: readonly SieveExtension[]
  /** The commands whose blocks are being checked, the nearest last. */
  readonly #enclosing: Enclosing[] = []

  constructor(rules: Rules, report: Report) {
    this.#rules = rules
    this.#report = report
    this.#text = textExtensions(rules)
  }

  commands(nodes: readonly SourceNode[]): Node[] {
    const checked: Node[] = []
    let previous: string | null = null
    for (const node of nodes) {
      const bound = this.#command(node, previous)
      if (bound !== null) checked.push(bound)
      previous = node.name
    }
    return checked
  }

  #command(node: SourceNode, previous: string | null): Node | null {
    if (node.name === 'require') {
      this.#report.error(node, '"require" must come at the top of the script, not inside a block.')
      return null
    }
    const { commands, tests } = this.#rules.registry
    const row = commands.get(node.name)
    if (row === undefined) {
      const isTest = tests.has(node.name)
      const hint = isTest ? 'is a test, not a command: it belongs behind "if" or "elsif"' : 'is no command known here'
      return this.#unknown(node, hint)
    }
    const { follows } = row.value
    if (follows !== undefined && (previous === null || !follows.includes(previous))) {
      this.#report.error(node, `"${node.name}" must stand right behind ${choice(follows)}.`)
    }
    return this.#node(node, row, 'command')
  }

  #test(node: SourceNode): Node {
    const { commands, tests } = this.#rules.registry
    const row = tests.get(node.name)
    if (row === undefined) {
      return this.#unknown(node, commands.has(node.name) ? 'is a command, not a test' : 'is no test known here')
    }
    return this.#node(node, row, 'test')
  }

  /** Checks what is inside of something unknown too, so that one typing error hides no other. */
  #unknown({ name, line, column, tests, block }: SourceNode, hint: string): Node {
    const findings = new Findings(this.#rules, this.#report)
    findings.missing({ line, column }, `"${shorten(name)}" ${hint}.`)
    for (const test of tests?.of ?? []) this.#test(test)
    if (block !== null) this.commands(block)
    return { name, line, column, arguments: {}, ...findings.remarks }
  }

  #node(node: SourceNode, row: Owned<Signature>, kind: 'command' | 'test'): Node {
    const what = `"${node.name}"`
    const signature = row.value
    const findings = new Findings(this.#rules, this.#report)
    findings.demand(row, node, `The ${kind} ${what}`)
    const given = new Binder(this.#rules, this.#text, findings).bind(node, signature, what)
    findings.judged(node, signature.checkPlace?.(given, this.#enclosing))
    const tests = this.#tests(node, signature, what)
    this.#enclosing.push({ name: node.name, arguments: given })
    const block = this.#block(node, signature, what)
    this.#enclosing.pop()
    return {
      name: node.name,
      line: node.line,
      column: node.column,
      arguments: given,
      ...findings.remarks,
      ...(tests === null ? {} : { tests }),
      ...(block === null ? {} : { block }),
    }
  }

  #tests({ tests, ...at }: SourceNode, signature: Signature, what: string): Node[] | null {
    const wanted = signature.tests
    if (wanted === undefined) {
      const first = tests?.of[0]
      if (first !== undefined) {
        this.#report.error(first, `${what} takes no test; is a ";" or a quote missing before it?`)
      }
      return null
    }
    if (tests === null) {
      const shape = wanted === 'one' ? 'a test' : 'tests in parentheses, such as (true, false)'
      this.#report.error(at, `${what} needs ${shape}.`)
      return null
    }
    if (wanted === 'one' && tests.list) {
      this.#report.error(at, `${what} takes a single test, without parentheses; "allof" and "anyof" join several.`)
    } else if (wanted === 'list' && !tests.list) {
      this.#report.error(at, `The tests of ${what} must stand in parentheses.`)
    }
    return tests.of.map(test => this.#test(test))
  }

  #block({ block, ...at }: SourceNode, signature: Signature, what: string): Node[] | null {
    const wanted = signature.block === true
    if (wanted && block === null) this.#report.error(at, `${what} needs a block: { … }`)
    if (!wanted && block !== null) this.#report.error(at, `${what} takes no block; it must end with ";".`)
    return block === null ? null : this.commands(block)
  }
}
