/** list-mailbox with its wildcards (RFC 3501 §6.3.8). */
import { No } from '../problem.ts'
import { encodeUtf7 } from '../wire/utf7.ts'
import { delimiter, isAscii } from './mailbox.ts'

/** Answers whether a Unicode mailbox name matches. */
export type Pattern = (name: string) => boolean

/**
 * Makes a matcher: `*` matches anything, `%` anything but the delimiter, INBOX is matched in any case. The pattern is
 * as the client wrote it, in UTF-8 of any normalization or in modified UTF-7; names are compared in that form. Throws `No` for too many wildcards.
 */
export function listPattern(
  reference: string,
  pattern: string,
  options: { utf8: boolean; wildcards: number },
): Pattern {
  const written = `${reference}${pattern}`
  const utf8 = options.utf8 || !isAscii(written)
  const whole = simplify(utf8 ? written.normalize('NFC') : written)
  if ((whole.match(/[*%]/g)?.length ?? 0) > options.wildcards) throw new No('Too many wildcards', 'LIMIT')
  const wire = (name: string) => (utf8 ? name : encodeUtf7(name))
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

const [star, percent, slash] = ['*', '%', delimiter].map(character => character.charCodeAt(0))

/** Keeps the places in the pattern that may be reached, so that time is bounded by the product of the lengths. */
function matches(pattern: string, name: string): boolean {
  let reached = new Uint8Array(pattern.length + 1)
  let next = new Uint8Array(pattern.length + 1)
  reached[0] = 1
  // Whoever has come to a `*` can wait there for all that the places before it would lead to.
  let from = 0
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i)
    let found = false
    next.fill(0)
    for (let at = from; at < pattern.length; at++) {
      if (reached[at] === 0) continue
      const wanted = pattern.charCodeAt(at)
      const isWildcard = wanted === star || wanted === percent
      // A wildcard may also match nothing.
      if (isWildcard) reached[at + 1] = 1
      if (wanted === star) {
        next.fill(0, from, at)
        from = at
      }
      if (isWildcard ? wanted === percent && unit === slash : wanted !== unit) continue
      next[isWildcard ? at : at + 1] = 1
      found = true
    }
    if (!found) return false
    ;[reached, next] = [next, reached]
  }
  for (let at = pattern.length; at >= 0; at--) {
    if (reached[at] === 1) return true
    const before = pattern.charCodeAt(at - 1)
    if (before !== star && before !== percent) return false
  }
  return false
}
