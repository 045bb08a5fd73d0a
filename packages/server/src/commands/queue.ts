/** `lemonade queue`: mail on its way out. */
import { type QueueEntry, type QueueId, StoreError } from '@lemonade/store'
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
        const entries = await store.queue.list()
        const rows = entries.map(entry => [
          String(entry.id),
          instant(entry.queuedAt),
          size(entry.octets),
          `<${entry.reversePath}>`,
          `<${entry.recipient}>`,
          tried(entry),
          entry.lastReply ?? '',
        ])
        print(io, columns(rows))
      }),
  )
  addCommand(queue, 'retry <id>', 'try an entry now, or "all" of them').action(
    async (id: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const ids = id === 'all' ? (await store.queue.list()).map(entry => entry.id) : [queueId(id)]
        let due = 0
        for (const each of ids) {
          try {
            await store.queue.retryNow(each)
            due++
          } catch (error) {
            // With "all", one that has just been delivered is no problem.
            if (id !== 'all' || !(error instanceof StoreError && error.problem === 'no-such-queue-entry')) throw error
          }
        }
        print(io, `${due} ${due === 1 ? 'entry is' : 'entries are'} due now.`)
      }),
  )
  addCommand(queue, 'remove <id>', 'give an entry up, without telling its sender').action(
    async (id: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const entry = await store.queue.get(queueId(id))
        if (entry === null) throw new StoreError('no-such-queue-entry')
        await store.queue.remove(entry.id)
        print(io, `Entry ${id}, for <${entry.recipient}>, is gone.`)
      }),
  )
}

function tried({ attempts, nextAttemptAt }: QueueEntry): string {
  if (attempts === 0) return 'not tried yet'
  return `tried ${attempts === 1 ? 'once' : `${attempts} times`}, next ${instant(nextAttemptAt)}`
}

function queueId(text: string): QueueId {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UserError(`"${text}" is no entry's number; "lemonade queue list" shows them in its first column.`, 2)
  }
  return Number(text) as QueueId
}
