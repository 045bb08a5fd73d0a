/** `lemonade import`: mail from files into a mailbox. */
import { resolve } from 'node:path'
import type { MailboxId, NewMessage, Store } from '@lemonade/store'
import type { Command } from 'commander'
import type { ImportedMessage } from '../import/message.ts'
import { openSource } from '../import/source.ts'
import { UserError } from '../problem.ts'
import { type Interruption, type Io, print, remark } from '../terminal/io.ts'
import { openProgress } from '../terminal/progress.ts'
import { accountNamed, addCommand, configFor, withStore } from './command.ts'

/** One transaction takes so many messages, or so many octets: enough to be quick, little enough to hold. */
const batchMessages = 100
const batchOctets = 16 * 1_048_576

export function addImportCommand(program: Command, io: Io): void {
  addCommand(program, 'import <path>', 'bring mail in from an mbox, a Maildir, .eml files or a folder of them')
    .requiredOption('--account <address>', 'whose mail it becomes')
    .option('--mailbox <name>', 'the mailbox, made where it is missing', 'INBOX')
    .action(async (path: string, options: { account: string; mailbox: string }, command: Command) => {
      const config = configFor(io, command)
      const source = openSource(resolve(io.directory, path), path)
      const { groupLimits } = await import('../limit-groups.ts')
      const messageOctets = groupLimits('imap', config.limits).imapAppendOctets
      await withStore(config, async store => {
        const account = await accountNamed(store, options.account)
        const found = await store.mailboxes.find(account.id, options.mailbox)
        const mailbox = found?.selectable === true ? found : await store.mailboxes.create(account.id, options.mailbox)
        const progress = openProgress(`importing ${source.kind}`)
        let done = 0
        const skipped: string[] = []
        const messages = source.read({
          messageOctets,
          advance: octets => {
            done += octets
            progress.at(done, Math.max(source.octets, done))
          },
          skip: (where, why) => skipped.push(`Skipped ${where}: ${why}.`),
        })
        const interruption = io.interruption()
        let count = 0
        try {
          count = await appendAll(store, mailbox.id, messages, messageOctets, interruption)
        } finally {
          interruption.end()
          progress.end()
          for (const line of skipped) remark(io, line)
        }
        if (interruption.asked) {
          throw new UserError(
            `Stopped: ${messagesIn(count)} of ${path} are in ${mailbox.name} of ${account.name}, the rest is not; another import would bring all of them again.`,
          )
        }
        if (source.remark !== null) remark(io, source.remark)
        print(io, `${messagesIn(count)} imported into ${mailbox.name} of ${account.name}.`)
      })
    })
}

const messagesIn = (count: number) => `${count} ${count === 1 ? 'message' : 'messages'}`

/** Appends in batches, each all or none, until it is interrupted; answers with how many there were. */
async function appendAll(
  store: Store,
  mailbox: MailboxId,
  messages: AsyncIterable<ImportedMessage> | Iterable<ImportedMessage>,
  messageOctets: number,
  interruption: Interruption,
): Promise<number> {
  let count = 0
  let batch: NewMessage[] = []
  let octets = 0
  const flush = async () => {
    if (batch.length > 0) await store.messages.append(mailbox, batch)
    count += batch.length
    ;[batch, octets] = [[], 0]
  }
  try {
    for await (const message of messages) {
      if (interruption.asked) break
      // Line ends may have grown it past what the file had.
      const writer = store.contents.writer({ limitOctets: messageOctets * 2 })
      await writer.write(message.octets)
      const { flags, internalDate } = message
      batch.push({ content: await writer.finish(), flags, internalDate })
      octets += message.octets.length
      if (batch.length >= batchMessages || octets >= batchOctets) await flush()
    }
    await flush()
  } catch (error) {
    await Promise.all(batch.map(({ content }) => content.discard()))
    throw error
  }
  return count
}
