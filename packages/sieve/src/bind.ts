/** Binds a node's arguments to its signature (RFC 5228 §2.6): tags, positionals, types, constants, comparators. */
import type { Position } from './diagnostic.ts'
import { BadText, type SieveExtension } from './extension.ts'
import type { Findings } from './findings.ts'
import type { SourceArgument, SourceNode, SourceString } from './parse.ts'
import type { Text, Value } from './program.ts'
import { changesText, isEnabled, type Owned } from './registry.ts'
import { type Argument, modifierGroup, type Rules, type Signature, type Tag } from './signature.ts'
import { choice, counted, described, shorten, spaced, typeNames } from './wording.ts'

type Given = Record<string, Value>
type SourceTag = SourceArgument & { readonly kind: 'tag' }

const comparatorTag: Tag = { tag: 'comparator', argument: { name: 'comparator', type: 'string', constant: true } }

/** The extensions in use that say what a script's strings mean. */
export function textExtensions({ registry, required }: Rules): readonly SieveExtension[] {
  return registry.all.filter(extension => isEnabled(extension, required) && changesText(extension))
}

/** Binds the arguments of one command or test. */
export class Binder {
  readonly #rules: Rules
  /** Those of the extensions in use that say what strings mean. */
  readonly #text: readonly SieveExtension[]

  readonly #findings: Findings
  #instead: Tag['instead']

  constructor(rules: Rules, text: readonly SieveExtension[], findings: Findings) {
    this.#rules = rules
    this.#text = text
    this.#findings = findings
  }

  /** The arguments by name. Notes all that is wrong with them; `what` is the command or test, for people. */
  bind(node: SourceNode, signature: Signature, what: string): Readonly<Given> {
    const given: Given = {}
    const rest = this.#bindTags(node, signature, given, what)
    this.#bindPositionals(node, rest, signature.positionals ?? [], given, what)
    if (signature.matching === true) {
      this.#checkMatching(node, given)
      this.#checkKeys(given, signature, rest.at(-1) ?? node)
    }
    this.#findings.judged(node, signature.check?.(given, this.#rules))
    return given
  }

  /** Binds the tags, which stand before the positional arguments in any order; answers with what is left. */
  #bindTags(node: SourceNode, signature: Signature, given: Given, what: string): SourceArgument[] {
    const rest: SourceArgument[] = []
    const seen = new Map<string, { readonly tag: Tag; readonly at: Position }>()
    for (let i = 0; i < node.arguments.length; i++) {
      const argument = node.arguments[i] as SourceArgument
      if (argument.kind !== 'tag') {
        rest.push(argument)
        continue
      }
      if (rest.length > 0) {
        this.#findings.error(argument, `The tag ":${argument.text}" must stand before the other arguments of ${what}.`)
      }
      const following = node.arguments[i + 1]
      const next = following?.kind === 'tag' ? undefined : following
      const tag = this.#findTag(node, signature, argument, what)
      if (tag === null) {
        // What an unknown tag takes is unknown; where too much is left for the positionals, the next one is its.
        const left = node.arguments.length - (i + 1)
        if (next !== undefined && left > (signature.positionals?.length ?? 0)) i++
      } else {
        this.#noteTag(tag, argument, seen, what)
        if (this.#bindTag(tag, argument, next, given)) i++
      }
    }
    this.#checkTags(node, signature, seen, what)
    return rest
  }

  /** True where the argument behind the tag is the tag's. */
  #bindTag(tag: Tag, at: Position, next: SourceArgument | undefined, given: Given): boolean {
    if (tag.instead !== undefined) this.#instead = tag.instead
    if (tag.group !== undefined) given[tag.group] = tag.tag
    else if (tag.argument === undefined) given[tag.tag] = true
    if (tag.argument === undefined) return false
    if (next === undefined) {
      this.#findings.error(at, `The tag ":${tag.tag}" must be followed by ${typeNames[tag.argument.type]}.`)
      return false
    }
    this.#bindValue(tag.argument, next, given, `What follows ":${tag.tag}"`)
    return true
  }

  #noteTag(tag: Tag, at: Position, seen: Map<string, { tag: Tag; at: Position }>, what: string): void {
    const key = tag.group ?? tag.tag
    const earlier = seen.get(key)?.tag.tag
    if (earlier === tag.tag) this.#findings.error(at, `The tag ":${tag.tag}" is given twice.`)
    else if (earlier !== undefined)
      this.#findings.error(at, `${what} cannot have both ":${earlier}" and ":${tag.tag}".`)
    seen.set(key, { tag, at })
  }

  /** Tags that must be there, and tags that mean nothing without another. */
  #checkTags(
    node: SourceNode,
    signature: Signature,
    seen: ReadonlyMap<string, { readonly tag: Tag; readonly at: Position }>,
    what: string,
  ): void {
    for (const { tag, at } of seen.values()) {
      if (tag.needs !== undefined && !seen.has(tag.needs)) {
        const all = [
          ...(signature.tags ?? []),
          ...(this.#rules.registry.tags.get(node.name) ?? []).map(row => row.value),
        ]
        const group = all.filter(each => each.group === tag.needs)
        const needed = group.length === 0 ? [tag.needs] : group.map(each => each.tag)
        this.#findings.error(
          at,
          `The tag ":${tag.tag}" means nothing without ${choice(needed.map(name => `:${name}`))}.`,
        )
      }
    }
    const group = signature.requiredGroup
    if (group !== undefined && !seen.has(group)) {
      const tags = (signature.tags ?? []).filter(tag => tag.group === group)
      this.#findings.error(node, `${what} needs ${choice(tags.map(({ tag }) => `:${tag}`))}.`)
    }
  }

  /** Looks a tag up: of the signature, of the kinds of tags that it takes, attached by extensions. */
  #findTag(node: SourceNode, signature: Signature, at: SourceTag, what: string): Tag | null {
    const { registry } = this.#rules
    const name = at.text
    const own = signature.tags?.find(({ tag }) => tag === name)
    if (own !== undefined) return own
    if (signature.matching === true && name === comparatorTag.tag) return comparatorTag
    const matchType = signature.matching === true ? registry.matchTypes.get(name) : undefined
    if (matchType !== undefined) {
      const { argument } = matchType.value
      const tag = { tag: name, group: 'matchType', ...(argument === undefined ? {} : { argument }) }
      return this.#demand(matchType, at, `The match type ":${name}"`) ? tag : null
    }
    const addressPart = signature.addressPart === true ? registry.addressParts.get(name) : undefined
    if (addressPart !== undefined) {
      const tag = { tag: name, group: 'addressPart' }
      return this.#demand(addressPart, at, `The address part ":${name}"`) ? tag : null
    }
    const modifier = signature.modifiers === true ? registry.modifiers.get(name) : undefined
    if (modifier !== undefined) {
      const tag = { tag: name, group: modifierGroup(modifier.value) }
      return this.#demand(modifier, at, `The modifier ":${name}"`) ? tag : null
    }
    const attached = registry.tags.get(node.name)?.find(({ value }) => value.tag === name)
    if (attached === undefined) {
      this.#findings.missing(at, `${what} has no tag ":${shorten(name)}".`)
      return null
    }
    return this.#demand(attached, at, `The tag ":${name}" of ${what}`) ? attached.value : null
  }

  #demand(row: Owned<unknown>, at: Position, what: string): boolean {
    return this.#findings.demand(row, at, what)
  }

  #bindPositionals(
    node: SourceNode,
    rest: readonly SourceArgument[],
    wanted: readonly Argument[],
    given: Given,
    what: string,
  ): void {
    const needed = wanted.filter(argument => argument.optional !== true).length
    if (rest.length < needed || rest.length > wanted.length) {
      const at = rest[wanted.length] ?? node
      this.#findings.error(at, `${what} takes ${described(wanted)}, but ${counted(rest.length)} given.`)
      return
    }
    let spare = rest.length - needed
    let next = 0
    for (const argument of wanted) {
      if (argument.optional === true && spare-- <= 0) continue
      const value = rest[next++] as SourceArgument
      const instead = this.#instead?.argument === argument.name ? this.#instead : argument
      this.#bindValue(
        { ...argument, check: instead.check } as Argument,
        value,
        given,
        `The argument "${spaced(argument.name)}" of ${what}`,
      )
    }
  }

  #bindValue(wanted: Argument, value: SourceArgument, given: Given, what: string): void {
    if (value.kind === 'number' && wanted.type === 'number') {
      given[wanted.name] = value.value
      this.#judge(wanted, value, value.value, given)
    } else if (value.kind === 'string' && wanted.type !== 'number') {
      const text = this.#bindText(wanted, value, given, what)
      given[wanted.name] = wanted.type === 'strings' ? [text] : text
    } else if (value.kind === 'list' && wanted.type === 'strings') {
      given[wanted.name] = value.strings.map(string => this.#bindText(wanted, string, given, what))
    } else {
      const found = value.kind === 'tag' ? 'a tag' : typeNames[value.kind === 'list' ? 'strings' : value.kind]
      this.#findings.error(value, `${what} must be ${typeNames[wanted.type]}, not ${found}.`)
    }
  }

  #bindText(wanted: Argument, { text: source, ...at }: SourceString, given: Given, what: string): Text {
    let text: Text = source
    try {
      for (const extension of this.#text) {
        if (typeof text !== 'string') break
        if (extension.decodeText !== undefined) text = extension.decodeText(text)
        if (extension.templateOf !== undefined) text = extension.templateOf(text, this.#rules)
      }
    } catch (error) {
      if (!(error instanceof BadText)) throw error
      this.#findings.error(at, error.message)
      return ''
    }
    if (typeof text === 'string') this.#judge(wanted, at, text, given)
    else if (wanted.constant === true) this.#findings.error(at, `${what} must not contain variables.`)
    return text
  }

  #judge(wanted: Argument, at: Position, value: string | number, given: Given): void {
    this.#findings.judged(at, wanted.check?.(value as never, this.#rules, given))
  }

  /** Keys, which are the last argument of every test that matches, as far as the match type judges them. */
  #checkKeys(given: Readonly<Given>, { positionals = [] }: Signature, source: SourceArgument | SourceNode): void {
    const { registry } = this.#rules
    const matchType = registry.matchTypes.get(String(given['matchType'] ?? 'is'))?.value
    const comparator = registry.comparators.get(String(given['comparator'] ?? 'i;ascii-casemap'))?.value
    const keys = given[positionals.at(-1)?.name ?? '']
    if (matchType?.checkKey === undefined || comparator === undefined || !Array.isArray(keys)) return
    const places: readonly Position[] = 'strings' in source ? source.strings : [source]
    for (const [i, key] of keys.entries()) {
      if (typeof key !== 'string') continue
      this.#findings.judged(places[i] ?? source, matchType.checkKey(key, comparator, this.#rules))
    }
  }

  /** Comparator known, required and capable of the match type (RFC 5228 §2.7.3). */
  #checkMatching(node: SourceNode, given: Readonly<Given>): void {
    const { comparator: name, matchType = 'is' } = given
    if (typeof name !== 'string') return
    const { registry } = this.#rules
    if (registry.matchTypes.get(String(matchType))?.value.needs === 'nothing') {
      this.#findings.error(node, `":${matchType}" goes with no comparator.`)
      return
    }
    const row = registry.comparators.get(name)
    if (row === undefined) {
      this.#findings.missing(node, `There is no comparator "${shorten(name)}" here.`)
      return
    }
    this.#findings.demand(row, node, `The comparator "${name}"`)
    const needs = registry.matchTypes.get(String(matchType))?.value.needs
    const { substring, order } = row.value
    const capable = needs === 'substring' ? substring : needs === 'ordering' ? order !== undefined : true
    if (!capable) this.#findings.error(node, `":${matchType}" cannot be used with the comparator "${name}".`)
  }
}
