/** Which conversions there are, and which of them fits a request. Knows no process. */
import type { Parameter } from '@lemonade/mime'
import { parameter } from '@lemonade/mime'
import type { Conversion, Job } from './conversion.ts'
import type { Offer, Plan } from './converter.ts'
import type { ConvertLimits } from './limits.ts'
import { concreteType, type MediaType, matchesType, typeName, typePattern } from './media-type.ts'
import type { ParameterRules } from './parameters.ts'
import { type ConversionParameter, ConvertProblem } from './problem.ts'

/** A plan with what it takes to run it. */
export interface Planned extends Plan, Job {
  readonly to: string
  readonly conversion: Conversion
  /** The parameters as the client wrote them, for the error that names them. */
  readonly given: readonly ConversionParameter[]
}

interface Row {
  readonly conversion: Conversion
  readonly rules: ParameterRules
}

export class Registry {
  /** By source type, then by target type. */
  readonly #rows = new Map<string, Map<string, Row>>()
  readonly #offers: readonly Offer[]
  readonly #known: ReadonlySet<string>
  readonly #preferred: readonly string[]

  /** Of two conversions for one pair the first counts. `preferred` are the targets of default conversions, best first. */
  constructor(conversions: readonly Conversion[], limits: ConvertLimits, preferred: readonly string[]) {
    const offers: Offer[] = []
    for (const conversion of conversions) {
      const row = { conversion, rules: conversion.parameters(limits) }
      const parameters = Object.keys(row.rules)
      for (const from of conversion.from) {
        for (const to of targetsOf(conversion, from)) {
          const rows = this.#rows.get(from) ?? new Map<string, Row>()
          if (rows.has(to)) continue
          this.#rows.set(from, rows.set(to, row))
          offers.push({ from, to, parameters })
        }
      }
    }
    this.#offers = offers.sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
    this.#known = new Set(offers.flatMap(({ from, to }) => [from, to]))
    this.#preferred = preferred
  }

  conversions(from: string, to: string): readonly Offer[] {
    const [source, target] = [typePattern(from), typePattern(to)]
    if (source === null || target === null) throw new RangeError('not a media type')
    return this.#offers.filter(offer => matchesType(source, offer.from) && matchesType(target, offer.to))
  }

  recognizes(type: string): boolean {
    return this.#known.has(type.toLowerCase())
  }

  targets(source: MediaType, given: readonly ConversionParameter[]): readonly string[] {
    const rows = this.#rows.get(typeName(source)) ?? new Map<string, Row>()
    return [...rows].filter(([, row]) => unusable(row.rules, given).length === 0).map(([to]) => to)
  }

  plan(source: MediaType, target: string | null, given: readonly ConversionParameter[]): Planned {
    const from = typeName(source)
    const to = target === null ? this.#bestTarget(source, given) : (concreteType(target) ?? target.toLowerCase())
    const row = this.#rows.get(from)?.get(to)
    if (row === undefined) throw impossible(from, to, [], 'This conversion is not possible')
    const wrong = unusable(row.rules, given)
    if (wrong.length > 0) throw impossible(from, to, wrong, reasonFor(row.rules, wrong))
    const { conversion } = row
    if (target !== null) {
      const names = conversion.required?.(new Set(given.map(([name]) => name.toLowerCase()))) ?? []
      if (names.length > 0) {
        throw new ConvertProblem({ code: 'MISSINGPARAMETERS', from, to, names }, `${names.join(', ')} must be given`)
      }
    }
    const parameters = effective(row.rules, given)
    const ofSource = (conversion.sourceParameters ?? []).map(
      (name): Parameter => [name, parameter(source.parameters, name)?.toLowerCase() ?? ''],
    )
    const key = JSON.stringify([conversion.name, from, ofSource, to, [...parameters]])
    return { from: source, to, key, conversion, parameters, given }
  }

  /** The first preferred target that the parameters allow, otherwise the first one, otherwise what a client would expect. */
  #bestTarget(source: MediaType, given: readonly ConversionParameter[]): string {
    const usable = this.targets(source, given)
    const all = this.targets(source, [])
    const best = (types: readonly string[]) => this.#preferred.find(type => types.includes(type)) ?? types[0]
    return best(usable) ?? best(all) ?? 'text/plain'
  }
}

function targetsOf(conversion: Conversion, from: string): readonly string[] {
  if (conversion.toItself === 'only') return [from]
  return conversion.toItself === undefined ? conversion.to.filter(to => to !== from) : conversion.to
}

/** Those that are unknown, repeated, or of a value that cannot be honoured. */
function unusable(rules: ParameterRules, given: readonly ConversionParameter[]): readonly ConversionParameter[] {
  return given.filter(([name, value], at) => {
    const rule = Object.hasOwn(rules, name.toLowerCase()) ? rules[name.toLowerCase()] : undefined
    return rule === undefined || rule.parse(value) === null || given.slice(0, at).some(([other]) => isName(other, name))
  })
}

function reasonFor(rules: ParameterRules, wrong: readonly ConversionParameter[]): string {
  const names = wrong.map(([name]) => name.toUpperCase()).join(', ')
  const isUnknown = wrong.some(([name]) => !Object.hasOwn(rules, name.toLowerCase()))
  return isUnknown ? `This conversion has no parameter ${names}` : `The value of ${names} cannot be honoured`
}

/** In the order of the rules, so that no order of a client makes a second key. */
function effective(rules: ParameterRules, given: readonly ConversionParameter[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, rule] of Object.entries(rules)) {
    const asked = given.find(([own]) => isName(own, name))?.[1]
    const value = asked === undefined ? rule.default : rule.parse(asked)
    if (value !== undefined && value !== null) values.set(name, value)
  }
  return values
}

function isName(given: string, name: string): boolean {
  return given.toLowerCase() === name.toLowerCase()
}

/** A refusal for good: BADPARAMETERS, whose list is empty where no parameter is at fault (RFC 5259 §9). */
export function impossible(
  from: string,
  to: string,
  parameters: readonly ConversionParameter[],
  message: string,
): ConvertProblem {
  return new ConvertProblem({ code: 'BADPARAMETERS', from, to, parameters }, message)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
