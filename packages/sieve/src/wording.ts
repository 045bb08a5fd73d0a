/** How diagnostics speak. */
import type { Argument } from './signature.ts'

export const typeNames: Readonly<Record<Argument['type'], string>> = {
  number: 'a number',
  string: 'a string',
  strings: 'a list of strings',
}

/** `headerNames` for people: "header names". */
export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

/** "none is", "one is", "3 are". */
export function counted(number: number): string {
  return number === 0 ? 'none is' : number === 1 ? 'one is' : `${number} are`
}

/** What arguments stand by their position: "a string (name) and a list of strings (keys)". */
export function described(positionals: readonly Argument[]): string {
  if (positionals.length === 0) return 'no arguments'
  return joined(
    positionals.map(({ type, name }) => `${typeNames[type]} (${spaced(name)})`),
    'and',
  )
}

/** `"a", "b" or "c"`. */
export function choice(words: readonly string[]): string {
  return joined(
    words.map(word => `"${word}"`),
    'or',
  )
}

function joined(items: readonly string[], word: string): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

/** What a script wrote, short enough and plain enough for one line of a diagnostic. */
export function shorten(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cs}]/gu, '?')
  return plain.length > 60 ? `${plain.slice(0, 60)}…` : plain
}
