/** Conversion parameters: media features (RFC 2506) by which a client says what the result shall be like. */

/** What one parameter may be. */
export interface ParameterRule {
  /** The value in its one spelling, or null where it cannot be honoured. */
  parse(value: string): string | null
  /** In force where the client gives none; without it the parameter is simply absent. */
  readonly default?: string
}

/** The parameters of a conversion by name, in lower case. */
export type ParameterRules = Readonly<Record<string, ParameterRule>>

/** A decimal number within bounds, without signs or leading zeros in its one spelling. */
export function numberFrom(least: number, most: number): ParameterRule {
  return {
    parse(value) {
      if (!/^[0-9]{1,10}$/.test(value)) return null
      const number = Number(value)
      return number >= least && number <= most ? String(number) : null
    },
  }
}

/** One of some words, in any case. */
export function wordOf(...words: readonly string[]): ParameterRule {
  return { parse: value => words.find(word => word === value.toLowerCase()) ?? null }
}

/** A rule with another default. */
export function withDefault(rule: ParameterRule, value: string): ParameterRule {
  return { ...rule, default: value }
}
