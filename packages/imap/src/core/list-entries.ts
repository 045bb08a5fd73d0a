/** Which names LIST answers with, and which of them only for their inferiors (RFC 5258 §3.3, §3.5). */
import type { Access } from '../access.ts'
import type { ListEntry } from '../extension.ts'
import type { Pattern } from '../grammar/list-pattern.ts'
import { delimiter } from '../grammar/mailbox.ts'

/** What the selection options come to. */
export interface Selection {
  /** The names that meet all of them; null where every mailbox does. */
  readonly names: ReadonlySet<string> | null
  /** Superiors of selected names are listed too. */
  readonly recursive: boolean
}

export interface Listed extends ListEntry {
  /** A name below this one is selected (RFC 5258 §3.5). */
  readonly selectedBelow: boolean
}

/** Every name that may be listed, whatever the patterns. */
export function candidates(mailboxes: readonly Access[], { names }: Selection): ReadonlySet<string> {
  const selected = names ?? new Set(mailboxes.map(({ name }) => name))
  return new Set([...selected, ...superiorsOf(selected)])
}

/** In the order of their names, INBOX first. */
export function listEntries(mailboxes: readonly Access[], selection: Selection, matches: Pattern): readonly Listed[] {
  const there = new Map(mailboxes.map(access => [access.name, access]))
  const selected = selection.names ?? new Set(there.keys())
  const parents = superiorsOf(there.keys())
  const above = superiorsOf(selected)
  // Whoever sees the inferior that is meant needs no word of its superior.
  const aboveUnlisted = superiorsOf([...selected].filter(name => !matches(name)))
  const isListed = (name: string): boolean => {
    if (selected.has(name)) return true
    if (selection.recursive) return aboveUnlisted.has(name)
    // A level of the hierarchy that is no mailbox stands for what is below it (RFC 3501 §6.3.8).
    return selection.names === null && aboveUnlisted.has(name)
  }
  return [...new Set([...selected, ...above])]
    .filter(name => matches(name) && isListed(name))
    .sort(compareNames)
    .map(name => ({
      name,
      access: there.get(name) ?? null,
      hasChildren: parents.has(name),
      isSelected: selected.has(name),
      selectedBelow: above.has(name),
    }))
}

/** Every name that is above one of these. */
function superiorsOf(names: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const name of names) for (const superior of superiors(name)) found.add(superior)
  return found
}

/** The names above a name, the nearest first. */
export function* superiors(name: string): Generator<string, void, void> {
  for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1)) yield name.slice(0, at)
}

export function compareNames(a: string, b: string): number {
  if (a === 'INBOX' || b === 'INBOX') return a === b ? 0 : a === 'INBOX' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
