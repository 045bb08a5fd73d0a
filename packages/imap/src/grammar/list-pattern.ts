/** list-mailbox with its wildcards (RFC 3501 §6.3.8). */
import { No } from '../problem.ts'
import { encodeUtf7 } from '../wire/utf7.ts'
import { delimiter } from './mailbox.ts'

/** Answers whether a Unicode mailbox name matches. */
export type Pattern = (name: string) => boolean

/**
 * Makes a matcher: `*` matches anything, `%` anything but the delimiter, INBOX is matched in any case. The pattern is
 * as the client wrote it, in UTF-8 or modified UTF-7; names are compared in that form. Throws `No` for too many wildcards.
 */
export function listPattern(
  reference: string,
  pattern: string,
  options: { utf8: boolean; wildcards: number },
): Pattern {
  const whole = simplify(`${reference}${pattern}`)
  if ((whole.match(/[*%]/g)?.length ?? 0) > options.wildcards) throw new No('Too many wildcards', 'LIMIT')
  const wire = (name: string) => (options.utf8 ? name : encodeUtf7(name))
  return name => {
    const written = wire(name)
    return matches(whole, written) || (/^INBOX(\/|$)/.test(name) && matches(upperInbox(whole), written))
  }
}

/** Runs of wildcards say no more than one of them. */
function simplify(pattern: string): string {
  return pattern.replace(/[*%]+/g, run => (run.includes('*') ? '*' : '%'))
}

/** The pattern with those of its first letters in upper case that stand where INBOX stands. */
function upperInbox(pattern: string): string {
  const end = pattern.indexOf(delimiter)
  return end === -1 ? pattern.toUpperCase() : pattern.slice(0, end).toUpperCase() + pattern.slice(end)
}

/** Keeps the set of places in the pattern that may be reached, so that time is bounded by the product of the lengths. */
function matches(pattern: string, name: string): boolean {
  let reached = open(pattern, new Set([0]))
  for (const character of name) {
    const next = new Set<number>()
    for (const at of reached) {
      const wanted = pattern[at]
      if (wanted === '*' || (wanted === '%' && character !== delimiter)) next.add(at)
      else if (wanted === character) next.add(at + 1)
    }
    if (next.size === 0) return false
    reached = open(pattern, next)
  }
  return reached.has(pattern.length)
}

/** A wildcard may also match nothing. */
function open(pattern: string, reached: Set<number>): Set<number> {
  for (const at of reached) if (pattern[at] === '*' || pattern[at] === '%') reached.add(at + 1)
  return reached
}
