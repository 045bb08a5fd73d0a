/** The events that a client may ask for (RFC 5465 §5), as it writes them. */
import { fetchItems } from '../../core/fetch.ts'
import type { FetchItem } from '../../extension.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad } from '../../problem.ts'
import type { Parser } from '../../wire/parser.ts'

/** message-event-name */
const messageEvents = ['MessageNew', 'MessageExpunge', 'FlagChange', 'AnnotationChange'] as const
/** mailbox-event, user-event */
const otherEvents = ['MailboxName', 'SubscriptionChange', 'MailboxMetadataChange', 'ServerMetadataChange'] as const

export type EventName = (typeof messageEvents)[number] | (typeof otherEvents)[number]

export interface Events {
  readonly names: ReadonlySet<EventName>
  /** What is to be told of new messages in the selected mailbox; null where nothing is asked for. */
  readonly items: readonly FetchItem[] | null
  /** One was named that there is not: the command is refused, once all of it was understood (RFC 5465 §3.1). */
  readonly hasUnknown: boolean
}

export const noEvents: ReadonlySet<EventName> = new Set()

const byWord = new Map<string, EventName>([...messageEvents, ...otherEvents].map(name => [name.toUpperCase(), name]))

/** unsupported-events-code: the names of all events that there are (RFC 5465 §8) */
export const badEvent = `BADEVENT (${[...byWord.values()].join(' ')})`

/**
 * events = ("(" event *(SP event) ")") / "NONE". The examples of RFC 5465 §3.1 leave the parentheses out: so may a
 * client.
 */
export function events(p: Parser, at: Parsing): Events {
  if (p.tryWord('NONE')) return { names: noEvents, items: null, hasUnknown: false }
  const names = new Set<EventName>()
  let items: readonly FetchItem[] | null = null
  let hasUnknown = false
  const event = () => {
    const word = p.word()
    const name = byWord.get(word)
    if (name === undefined) hasUnknown = true
    else names.add(name)
    if (name === 'MessageNew') items = fetchAttributes(p, at) ?? items
  }
  if (p.isNext('(')) p.list1(event)
  else {
    event()
    while (p.trySp()) event()
  }
  check(names)
  return { names, items, hasUnknown }
}

/** [SP "(" fetch-att *(SP fetch-att) ")"] */
function fetchAttributes(p: Parser, at: Parsing): readonly FetchItem[] | null {
  const start = p.at
  if (p.trySp() && p.isNext('(')) return fetchItems(p, at)
  p.rewind(start)
  return null
}

/** Which of them need others (RFC 5465 §5). Throws `Bad`. */
function check(names: ReadonlySet<EventName>): void {
  const isNew = names.has('MessageNew')
  if (isNew !== names.has('MessageExpunge')) throw new Bad('MessageNew and MessageExpunge go together')
  if (!isNew && messageEvents.some(name => names.has(name))) {
    throw new Bad('FlagChange and AnnotationChange need MessageNew and MessageExpunge')
  }
}

/** Whether any of them is of messages. */
export function hasMessageEvents(names: ReadonlySet<EventName>): boolean {
  return names.has('MessageNew')
}

/** Only message events may be asked for of the selected mailbox (RFC 5465 §6.1). Throws `Bad`. */
export function checkSelected(names: ReadonlySet<EventName>): void {
  if (otherEvents.some(name => names.has(name))) throw new Bad('Only message events belong to the selected mailbox')
}
