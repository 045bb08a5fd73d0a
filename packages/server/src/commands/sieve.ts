/** `lemonade sieve`: what scripts would do with a message, and scripts over mail that is there already. */
import type { Command } from 'commander'
import type { Io } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

export function addSieveCommands(program: Command, io: Io): void {
  const sieve = addCommand(program, 'sieve', 'filter scripts')
  addCommand(sieve, 'test <message>', 'show, step by step, what scripts would do with a message in a file')
    .requiredOption('--account <address>', 'whose scripts')
    .option('--from <address>', 'the reverse-path; "" is the null one', 'sender@example.org')
    .option('--to <address>', 'the recipient (default: the account)')
    .action(async (file: string, options: { account: string; from: string; to?: string }, command: Command) => {
      const config = configFor(io, command)
      const { testMessage } = await import('../sieve/test-message.ts')
      await withStore(config, store => testMessage(io, file, options, { store, config }))
    })
  addCommand(sieve, 'apply', 'run the active script over a mailbox: messages are filed, flagged and removed')
    .requiredOption('--account <address>', 'whose script and mail')
    .requiredOption('--mailbox <name>', 'the mailbox')
    .option('--dry-run', 'tell what would be done to each message, and do nothing')
    .action(async (options: { account: string; mailbox: string; dryRun?: boolean }, command: Command) => {
      const config = configFor(io, command)
      const { applyToMailbox } = await import('../sieve/apply.ts')
      await withStore(config, store => applyToMailbox(io, options, { store, config }))
    })
}
