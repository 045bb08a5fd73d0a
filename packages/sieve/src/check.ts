/** Binds the tree to signatures: require, placement, tags, types, nesting. Reports every error, not only the first. */
import type { Position } from './diagnostic.ts'
import { BadText, type SieveExtension } from './extension.ts'
import type { SieveLimits } from './limits.ts'
import type { SourceArgument, SourceNode, SourceString } from './parse.ts'
import { type Node, type Program, programFormat, type Text, type Value } from './program.ts'
import { isEnabled, type Owned, type Registry } from './registry.ts'
import type { Report } from './report.ts'
import { type Argument, modifierGroup, type Rules, type Signature, type Tag } from './signature.ts'

/** Makes a program of a tree. What it returns is good only if the report has no error. */
export function check(tree: readonly SourceNode[], registry: Registry, limits: SieveLimits, report: Report): Program {
  const required = requirements(tree, registry, limits, report)
  const checker = new Checker(registry, required, report)
  const commands = checker.commands(tree.filter(node => node.name !== 'require'))
  return { format: programFormat, requires: [...required], commands }
}

/** The words of all `require` commands, which come before every other command (RFC 5228 §3.2). */
function requirements(
  tree: readonly SourceNode[],
  registry: Registry,
  limits: SieveLimits,
  report: Report,
): ReadonlySet<string> {
  const words = new Set<string>()
  let over = false
  for (const node of tree) {
    if (node.name !== 'require') over = true
    else if (over) report.error(node, '"require" must come before every other command.')
    else
      for (const { text, ...at } of requireArgument(node, report)) {
        if (registry.capabilities.has(text)) words.add(text)
        else report.error(at, `The extension "${shorten(text)}" is not available here.`)
      }
  }
  if (words.size > limits.listStrings) report.error({ line: 1, column: 1 }, 'The script requires too many extensions.')
  return words
}

function requireArgument(node: SourceNode, report: Report): readonly SourceString[] {
  const [given, ...more] = node.arguments
  if (given !== undefined && more.length === 0 && node.tests === null && node.block === null) {
    if (given.kind === 'string') return [given]
    if (given.kind === 'list') return given.strings
  }
  report.error(node, '"require" takes one string or one list of strings, such as require ["fileinto", "copy"];')
  return []
}

class Checker {
  readonly #registry: Registry
  readonly #required: ReadonlySet<string>
  readonly #rules: Rules
  readonly #report: Report
  readonly #text: readonly SieveExtension[]

  constructor(registry: Registry, required: ReadonlySet<string>, report: Report) {
    this.#registry = registry
    this.#required = required
    this.#rules = { required, registry }
    this.#report = report
    this.#text = registry.all.filter(e => isEnabled(e, required) && (e.decodeText ?? e.templateOf) !== undefined)
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
    const row = this.#registry.commands.get(node.name)
    if (row === undefined) {
      const isTest = this.#registry.tests.has(node.name)
      const hint = isTest ? 'is a test, not a command: it belongs behind "if" or "elsif"' : 'is no command known here'
      this.#report.error(node, `"${shorten(node.name)}" ${hint}.`)
      this.#descend(node)
      return null
    }
    this.#demand(row, node, `The command "${node.name}"`)
    const { follows } = row.value
    if (follows !== undefined && (previous === null || !follows.includes(previous))) {
      this.#report.error(node, `"${node.name}" must stand right behind ${listed(follows, 'or')}.`)
    }
    return this.#bind(node, row.value, `"${node.name}"`)
  }

  #test(node: SourceNode): Node | null {
    const row = this.#registry.tests.get(node.name)
    if (row === undefined) {
      const isCommand = this.#registry.commands.has(node.name)
      this.#report.error(
        node,
        `"${shorten(node.name)}" is ${isCommand ? 'a command, not a test' : 'no test known here'}.`,
      )
      this.#descend(node)
      return null
    }
    this.#demand(row, node, `The test "${node.name}"`)
    return this.#bind(node, row.value, `"${node.name}"`)
  }

  /** Checks what is inside of something unknown, so that one typing error hides no other. */
  #descend(node: SourceNode): void {
    for (const test of node.tests?.of ?? []) this.#test(test)
    if (node.block !== null) this.commands(node.block)
  }

  /** Reports where the extension that owns a row has not been required (RFC 5228 §2.10.5). */
  #demand(row: Owned<unknown>, at: Position, what: string): boolean {
    if (isEnabled(row.owner, this.#required)) return true
    const word = row.owner.capabilities[0]
    this.#report.error(at, `${what} needs require "${word}"; at the top of the script.`)
    return false
  }

  #bind(node: SourceNode, signature: Signature, what: string): Node {
    const given: Record<string, Value> = {}
    const rest = this.#bindTags(node, signature, given, what)
    this.#bindPositionals(node, rest, signature, given, what)
    const tests = this.#bindTests(node, signature, what)
    const block = this.#bindBlock(node, signature, what)
    this.#checkMatching(node, signature, given)
    const sentence = signature.check?.(given, this.#rules)
    if (sentence != null) this.#report.error(node, sentence)
    return {
      name: node.name,
      line: node.line,
      column: node.column,
      arguments: given,
      ...(tests === null ? {} : { tests }),
      ...(block === null ? {} : { block }),
    }
  }

  /** Binds the tags, which stand before the positional arguments in any order; answers with what is left. */
  #bindTags(node: SourceNode, signature: Signature, given: Record<string, Value>, what: string): SourceArgument[] {
    const rest: SourceArgument[] = []
    const seen = new Map<string, string>()
    const needing: { tag: string; needs: string; at: Position }[] = []
    const all = node.arguments
    for (let i = 0; i < all.length; i++) {
      const argument = all[i] as SourceArgument
      if (argument.kind !== 'tag') {
        rest.push(argument)
        continue
      }
      if (rest.length > 0) {
        this.#report.error(argument, `The tag ":${argument.text}" must stand before the other arguments of ${what}.`)
      }
      const following = all[i + 1]
      const next = following?.kind === 'tag' ? undefined : following
      const tag = this.#findTag(node, signature, argument, what)
      if (tag === null) {
        // What an unknown tag takes is unknown; where too much is left for the positionals, the next one is its.
        const left = all.length - (i + 1)
        if (next !== undefined && left > (signature.positionals?.length ?? 0)) i++
        continue
      }
      this.#noteTag(tag, argument, seen, what)
      if (tag.needs !== undefined) needing.push({ tag: tag.tag, needs: tag.needs, at: argument })
      if (tag.group !== undefined) given[tag.group] = tag.tag
      else if (tag.argument === undefined) given[tag.tag] = true
      if (tag.argument === undefined) continue
      if (next === undefined) {
        this.#report.error(argument, `The tag ":${tag.tag}" must be followed by ${typeNames[tag.argument.type]}.`)
      } else {
        i++
        this.#bindValue(tag.argument, next, given, `What follows ":${tag.tag}"`)
      }
    }
    for (const { tag, needs, at } of needing) {
      if (!seen.has(needs)) this.#report.error(at, `The tag ":${tag}" means nothing without ":${needs}".`)
    }
    if (signature.requiredGroup !== undefined && !seen.has(signature.requiredGroup)) {
      const choices = (signature.tags ?? []).filter(tag => tag.group === signature.requiredGroup)
      this.#report.error(
        node,
        `${what} needs ${listed(
          choices.map(tag => `:${tag.tag}`),
          'or',
        )}.`,
      )
    }
    return rest
  }

  #noteTag(tag: Tag, at: Position, seen: Map<string, string>, what: string): void {
    const key = tag.group ?? tag.tag
    const earlier = seen.get(key)
    if (earlier === tag.tag) this.#report.error(at, `The tag ":${tag.tag}" is given twice.`)
    else if (earlier !== undefined) this.#report.error(at, `${what} cannot have both ":${earlier}" and ":${tag.tag}".`)
    seen.set(key, tag.tag)
  }

  /** Looks a tag up: of the signature, of its groups, attached by extensions. */
  #findTag(node: SourceNode, signature: Signature, at: SourceArgument & { text: string }, what: string): Tag | null {
    const own = signature.tags?.find(tag => tag.tag === at.text)
    if (own !== undefined) return own
    if (signature.matching === true) {
      if (at.text === 'comparator') return comparatorTag
      const row = this.#registry.matchTypes.get(at.text)
      if (row !== undefined) {
        if (!this.#demand(row, at, `The match type ":${at.text}"`)) return null
        const tag: Tag = { tag: at.text, group: 'matchType' }
        return row.value.argument === undefined ? tag : { ...tag, argument: row.value.argument }
      }
    }
    if (signature.addressPart === true) {
      const row = this.#registry.addressParts.get(at.text)
      if (row !== undefined) {
        return this.#demand(row, at, `The address part ":${at.text}"`) ? { tag: at.text, group: 'addressPart' } : null
      }
    }
    if (signature.modifiers === true) {
      const row = this.#registry.modifiers.get(at.text)
      if (row !== undefined) {
        const enabled = this.#demand(row, at, `The modifier ":${at.text}"`)
        return enabled ? { tag: at.text, group: modifierGroup(row.value) } : null
      }
    }
    const attached = this.#registry.tags.get(node.name)?.find(row => row.value.tag === at.text)
    if (attached === undefined) {
      this.#report.error(at, `${what} has no tag ":${shorten(at.text)}".`)
      return null
    }
    return this.#demand(attached, at, `The tag ":${at.text}" of ${what}`) ? attached.value : null
  }

  #bindPositionals(
    node: SourceNode,
    rest: readonly SourceArgument[],
    signature: Signature,
    given: Record<string, Value>,
    what: string,
  ): void {
    const wanted = signature.positionals ?? []
    const needed = wanted.filter(argument => argument.optional !== true).length
    if (rest.length < needed || rest.length > wanted.length) {
      const extra = rest[wanted.length]
      const shape =
        wanted.length === 0
          ? 'no arguments'
          : listed(
              wanted.map(a => `${typeNames[a.type]} (${spaced(a.name)})`),
              'and',
            )
      this.#report.error(extra ?? node, `${what} takes ${shape}, but ${counted(rest.length)} given.`)
      return
    }
    let spare = rest.length - needed
    let next = 0
    for (const argument of wanted) {
      if (argument.optional === true && spare-- <= 0) continue
      const value = rest[next++]
      if (value !== undefined)
        this.#bindValue(argument, value, given, `The argument "${spaced(argument.name)}" of ${what}`)
    }
  }

  #bindValue(wanted: Argument, value: SourceArgument, given: Record<string, Value>, what: string): void {
    const fits =
      wanted.type === 'number'
        ? value.kind === 'number'
        : value.kind === 'string' || (wanted.type === 'strings' && value.kind === 'list')
    if (!fits) {
      const found = value.kind === 'tag' ? 'a tag' : typeNames[value.kind === 'list' ? 'strings' : value.kind]
      this.#report.error(value, `${what} must be ${typeNames[wanted.type]}, not ${found}.`)
      return
    }
    if (value.kind === 'number') {
      given[wanted.name] = value.value
      this.#judge(wanted, value, value.value)
    } else if (value.kind === 'string') {
      const text = this.#bindText(wanted, value, what)
      given[wanted.name] = wanted.type === 'strings' ? [text] : text
    } else if (value.kind === 'list') {
      given[wanted.name] = value.strings.map(string => this.#bindText(wanted, string, what))
    }
  }

  #bindText(wanted: Argument, { text: source, ...at }: SourceString, what: string): Text {
    let text: Text = source
    try {
      for (const extension of this.#text) {
        if (typeof text !== 'string') break
        if (extension.decodeText !== undefined) text = extension.decodeText(text)
        if (extension.templateOf !== undefined) text = extension.templateOf(text, this.#rules)
      }
    } catch (error) {
      if (!(error instanceof BadText)) throw error
      this.#report.error(at, error.message)
      return ''
    }
    if (typeof text === 'string') this.#judge(wanted, at, text)
    else if (wanted.constant === true) this.#report.error(at, `${what} must not contain variables.`)
    return text
  }

  #judge(wanted: Argument, at: Position, value: string | number): void {
    const sentence = wanted.check?.(value as never, this.#rules)
    if (sentence != null) this.#report.error(at, sentence)
  }

  #bindTests(node: SourceNode, signature: Signature, what: string): Node[] | null {
    const { tests } = node
    if (signature.tests === undefined) {
      const first = tests?.of[0]
      if (first !== undefined) {
        this.#report.error(first, `${what} takes no test; is a ";" or a quote missing before it?`)
      }
      return null
    } else if (tests === null) {
      const shape = signature.tests === 'one' ? 'a test' : 'tests in parentheses, such as (true, false)'
      this.#report.error(node, `${what} needs ${shape}.`)
    } else if (signature.tests === 'one' && tests.list) {
      this.#report.error(node, `${what} takes a single test, without parentheses; "allof" and "anyof" join several.`)
    } else if (signature.tests === 'list' && !tests.list) {
      this.#report.error(node, `The tests of ${what} must stand in parentheses.`)
    }
    if (tests === null) return null
    return tests.of.map(test => this.#test(test)).filter(test => test !== null)
  }

  #bindBlock(node: SourceNode, signature: Signature, what: string): Node[] | null {
    if (signature.block === true && node.block === null) this.#report.error(node, `${what} needs a block: { … }`)
    if (signature.block !== true && node.block !== null) {
      this.#report.error(node, `${what} takes no block; it must end with ";".`)
    }
    return node.block === null ? null : this.commands(node.block)
  }

  /** Comparator known, required and capable of the match type (RFC 5228 §2.7.3). */
  #checkMatching(node: SourceNode, signature: Signature, given: Record<string, Value>): void {
    if (signature.matching !== true) return
    const { comparator: name, matchType: chosen } = given
    if (typeof name !== 'string') return
    const row = this.#registry.comparators.get(name)
    if (row === undefined) {
      this.#report.error(node, `There is no comparator "${shorten(name)}" here.`)
      return
    }
    if (!isEnabled(row.owner, this.#required)) {
      this.#report.error(node, `The comparator "${name}" needs require "comparator-${name}"; at the top of the script.`)
    }
    const matchType = typeof chosen === 'string' ? chosen : 'is'
    const needs = this.#registry.matchTypes.get(matchType)?.value.needs
    const capable =
      needs === 'substring' ? row.value.substring : needs === 'ordering' ? row.value.order !== undefined : true
    if (!capable) this.#report.error(node, `":${matchType}" cannot be used with the comparator "${name}".`)
  }
}

const comparatorTag: Tag = {
  tag: 'comparator',
  argument: { name: 'comparator', type: 'string', constant: true },
}

const typeNames = { number: 'a number', string: 'a string', strings: 'a list of strings' } as const

/** `headerNames` for people: "header names". */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

function counted(number: number): string {
  return number === 0 ? 'none is' : number === 1 ? 'one is' : `${number} are`
}

function listed(items: readonly string[], word: 'and' | 'or'): string {
  const quoted = word === 'or' ? items.map(item => `"${item}"`) : items
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1)}`
}

/** What a script wrote, short enough and plain enough for one line of a diagnostic. */
function shorten(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cs}]/gu, '?')
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain
}
