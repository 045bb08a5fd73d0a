/** Which mailboxes a client watches (RFC 5465 §6), and for which events. */
import type { FetchItem } from '../../extension.ts'
import { filterMailboxes, type MailboxFilter, type Subject } from '../../grammar/filter-mailboxes.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, No } from '../../problem.ts'
import type { Parser } from '../../wire/parser.ts'
import { checkSelected, type EventName, events, noEvents } from './events.ts'

interface Group {
  readonly filter: MailboxFilter
  readonly names: ReadonlySet<EventName>
}

/** What is asked about the selected mailbox. */
export interface SelectedEvents {
  readonly names: ReadonlySet<EventName>
  readonly items: readonly FetchItem[]
  /** Expunges wait for a command (RFC 5465 §6.1.2). */
  readonly isDelayed: boolean
}

/** What one NOTIFY SET asks for. */
export class Filter {
  /** Null is the same as SELECTED NONE (RFC 5465 §3.1). */
  readonly selected: SelectedEvents | null
  /** It names events that there are not. */
  readonly hasUnknown: boolean
  readonly #groups: readonly Group[]

  constructor(selected: SelectedEvents | null, groups: readonly Group[], hasUnknown: boolean) {
    this.selected = selected
    this.#groups = groups
    this.hasUnknown = hasUnknown
  }

  /** The events that any group asks for of this name (RFC 5465 §6). */
  eventsOf(subject: Subject): ReadonlySet<EventName> {
    const matching = this.#groups.filter(group => group.names.size > 0 && group.filter.matches(subject))
    if (matching.length < 2) return matching[0]?.names ?? noEvents
    return new Set(matching.flatMap(group => [...group.names]))
  }

  /** Whether any group asks for an event, of whatever mailbox. */
  asksFor(event: EventName): boolean {
    return this.#groups.some(group => group.names.has(event))
  }
}

/** event-groups = event-group *(SP event-group). Throws `Bad`, `No`. */
export function eventGroups(p: Parser, at: Parsing): Filter {
  let selected: SelectedEvents | null = null
  let hasUnknown = false
  const groups: Group[] = []
  const bound = new Bound(at.limits.imapNotifyNames)
  do {
    bound.count()
    p.char('(')
    const word = p.word()
    if (word === 'SELECTED' || word === 'SELECTED-DELAYED') {
      if (selected !== null) throw new Bad('The selected mailbox may stand once')
      p.sp()
      const { names, items, ...rest } = events(p, at)
      checkSelected(names)
      hasUnknown ||= rest.hasUnknown
      selected = { names, items: items ?? [], isDelayed: word === 'SELECTED-DELAYED' }
    } else {
      const filter = filterMailboxes(word, p, at, () => bound.count())
      if (filter === null) throw new Bad(`There is no mailbox filter ${word}`)
      p.sp()
      const { names, items, ...rest } = events(p, at)
      hasUnknown ||= rest.hasUnknown
      if (items !== null) throw new Bad('Items may be asked for of the selected mailbox only')
      groups.push({ filter, names })
    }
    p.char(')')
  } while (p.trySp())
  return new Filter(selected, groups, hasUnknown)
}

/** Groups and names in one command. Throws `No`. */
class Bound {
  #left: number

  constructor(limit: number) {
    this.#left = limit
  }

  count(): void {
    if (this.#left-- === 0) throw new No('Too many groups and names', 'NOTIFICATIONOVERFLOW')
  }
}
