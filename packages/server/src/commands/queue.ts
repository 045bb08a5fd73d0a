/** `lemonade queue`: mail on its way out. */
import { decodedText, headerFields } from '@lemonade/mime'
import { type QueueEntry, type QueueId, type Store, StoreError } from '@lemonade/store'
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns, instant, size } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

export function addQueueCommands(program: Command, io: Io): void {
  const queue = addCommand(program, 'queue', 'mail on its way out')
  addCommand(queue, 'list', 'list what waits to be delivered elsewhere').action(
    async (_options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const rows = (await store.queue.list()).map(entry => [
          String(entry.id),
          instant(entry.queuedAt),
          size(entry.octets),
          `<${entry.reversePath}>`,
          `<${entry.recipient}>`,
          state(entry),
          printable(entry.lastReply ?? ''),
        ])
        print(io, columns(rows))
      }),
  )
  addCommand(queue, 'show <id>', 'all that is known of an entry').action(
    async (id: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const entry = await entryOf(store, id)
        print(io, columns(await facts(store, entry)))
      }),
  )
  addCommand(queue, 'retry <id...>', 'try entries now, or "all" of them; not those that are held').action(
    async (ids: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const due = await forEach(store, ids, async (entry, isNamed) => {
          const whyNot = whyHeld(entry)
          if (whyNot !== null && isNamed) {
            throw new UserError(`Entry ${entry.id} ${whyNot}; "lemonade queue release ${entry.id}" sends it now.`)
          }
          if (whyNot === null) await store.queue.retryNow(entry.id)
          return whyNot === null
        })
        print(io, `${due} ${due === 1 ? 'entry is' : 'entries are'} due now.`)
      }),
  )
  addCommand(queue, 'hold <id...>', 'keep entries, or "all" of them, until they are released').action(
    async (ids: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const held = await forEach(store, ids, async ({ id }) => {
          await store.queue.hold(id)
          return true
        })
        print(io, `${held} ${held === 1 ? 'entry is' : 'entries are'} held.`)
      }),
  )
  addCommand(queue, 'release <id...>', 'send now what is held, or is to go out later; "all" of what is held').action(
    async (ids: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const released = await forEach(store, ids, async (entry, isNamed) => {
          // Of its time, its sender has the say, unless somebody means just this one.
          if (!entry.held && !isNamed) return false
          await store.queue.release(entry.id)
          return true
        })
        print(io, `${released} ${released === 1 ? 'entry is' : 'entries are'} due now.`)
      }),
  )
  addCommand(queue, 'remove <id...>', 'give entries up, without telling their sender')
    .alias('delete')
    .action(async (ids: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        for (const id of ids) {
          const entry = await entryOf(store, id)
          await store.queue.remove(entry.id)
          print(io, `Entry ${id}, for <${entry.recipient}>, is gone.`)
        }
      }),
    )
}

/** Does something with each that was named, or with "all", and counts; one that has just been delivered is no problem then. */
async function forEach(
  store: Store,
  ids: readonly string[],
  act: (entry: QueueEntry, isNamed: boolean) => Promise<boolean>,
): Promise<number> {
  const isAll = ids.includes('all')
  const entries = isAll ? await store.queue.list() : await Promise.all(ids.map(id => entryOf(store, id)))
  let count = 0
  for (const entry of entries) {
    try {
      if (await act(entry, !isAll)) count++
    } catch (error) {
      if (!isAll || !(error instanceof StoreError && error.problem === 'no-such-queue-entry')) throw error
    }
  }
  return count
}

async function entryOf(store: Store, id: string): Promise<QueueEntry> {
  const entry = await store.queue.get(queueId(id))
  if (entry === null) throw new StoreError('no-such-queue-entry')
  return entry
}

/** Why nobody tries it at the moment; null where somebody does. */
function whyHeld({ held, options: { release } }: QueueEntry): string | null {
  if (held) return 'is held'
  return release !== undefined && release.at > Date.now() ? `is to go out at ${instant(release.at)}` : null
}

function state(entry: QueueEntry): string {
  const { attempts, nextAttemptAt, options } = entry
  const priority = options.priority === undefined || options.priority === 0 ? '' : `, priority ${options.priority}`
  const whyNot = whyHeld(entry)
  if (whyNot !== null) return `${whyNot.replace('is held', 'held').replace('is to go', 'goes')}${priority}`
  if (attempts === 0) return `not tried yet${priority}`
  return `tried ${attempts === 1 ? 'once' : `${attempts} times`}, next ${instant(nextAttemptAt)}${priority}`
}

/** Rows of a name and a value, those that there are. */
async function facts(store: Store, entry: QueueEntry): Promise<readonly (readonly string[])[]> {
  const { account, options } = entry
  const owner = account === null ? null : await store.accounts.get(account)
  const { bodyStart } = await store.contents.structure(entry.content)
  const header = await store.contents.readAll(entry.content, 0, bodyStart)
  const field = (name: string) => {
    const found = headerFields(header).find(({ nameLower }) => nameLower === name)
    return found === undefined ? null : printable(decodedText(header, found))
  }
  const rows: readonly (readonly [name: string, value: string | null | undefined])[] = [
    ['Entry', String(entry.id)],
    ['State', state(entry)],
    ['From', `<${entry.reversePath}>`],
    ['To', `<${entry.recipient}>`],
    ['Account', owner?.name],
    ['Came in', instant(entry.queuedAt)],
    ['Next attempt', whyHeld(entry) === null ? instant(entry.nextAttemptAt) : null],
    ['Tried until', instant(entry.expiresAt)],
    ['Last reply', entry.lastReply === null ? null : printable(entry.lastReply)],
    ['Size', size(entry.octets)],
    ['Deliver by', options.by === undefined ? null : `${instant(options.by.at)}, or ${options.by.mode}`],
    ['To go out', options.release === undefined ? null : instant(options.release.at)],
    ['Notify', options.notify?.join(', ')],
    ['Envelope id', options.envid],
    ['Subject', field('subject')],
    ['Message-ID', field('message-id')],
    ['Date', field('date')],
  ]
  return rows.flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]]))
}

/** What strangers wrote must not move anybody's cursor. */
function printable(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/\p{Cc}/gu, '?')
    .slice(0, 500)
    .trim()
}

function queueId(text: string): QueueId {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UserError(`"${text}" is no entry's number; "lemonade queue list" shows them in its first column.`, 2)
  }
  return Number(text) as QueueId
}
