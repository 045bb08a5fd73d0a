/** The command line: which commands there are, and what becomes of what they throw. */
import { PasswordError } from '@lemonade/auth'
import { ListenError } from '@lemonade/net'
import { StoreError } from '@lemonade/store'
import { Command, CommanderError } from 'commander'
import { addAccountCommands } from './commands/account.ts'
import { withConfigOption } from './commands/command.ts'
import { addDnsCommand } from './commands/dns.ts'
import { addAliasCommands, addDomainCommands } from './commands/domain.ts'
import { addGroupCommands } from './commands/group.ts'
import { addImportCommand } from './commands/import.ts'
import { addMaintenanceCommands } from './commands/maintenance.ts'
import { addMetadataCommands } from './commands/metadata.ts'
import { addNotifyCommands } from './commands/notify.ts'
import { addQueueCommands } from './commands/queue.ts'
import { addServeCommand } from './commands/serve.ts'
import { addSieveCommands } from './commands/sieve.ts'
import { sentenceOf } from './commands/store-problem.ts'
import { addTlsReportCommand } from './commands/tls-report.ts'
import { databaseSentence, systemSentence, UserError } from './problem.ts'
import { type Io, processIo, remark } from './terminal/io.ts'
import { version } from './version.ts'

/** Runs one command. Resolves with the exit code: 0 done, 1 it could not be done, 2 it was asked for wrongly. */
export async function main(args: readonly string[], io: Io = processIo): Promise<number> {
  try {
    await program(io).parseAsync(args, { from: 'user' })
  } catch (error) {
    const sentence = sentenceFor(error)
    if (sentence !== '') remark(io, sentence.replace(/^/gm, 'lemonade: '))
    return exitCodeOf(error)
  }
  return 0
}

/** The whole tree of commands. */
export function program(io: Io): Command {
  const root = new Command('lemonade')
    .description('A mail server for people who are on the move.')
    .version(version, '--version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: text => io.out(text),
      writeErr: text => io.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'lemonade: ')),
    })
    .showHelpAfterError('lemonade: --help shows what is possible')
  withConfigOption(root)
  addServeCommand(root, io)
  addAccountCommands(root, io)
  addDomainCommands(root, io)
  addAliasCommands(root, io)
  addGroupCommands(root, io)
  addMetadataCommands(root, io)
  addImportCommand(root, io)
  addQueueCommands(root, io)
  addNotifyCommands(root, io)
  addSieveCommands(root, io)
  addMaintenanceCommands(root, io)
  addDnsCommand(root, io)
  addTlsReportCommand(root, io)
  return root
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return 1
}

/** One sentence, whatever happened; commander has already said its own. Our bugs show where they are. */
function sentenceFor(error: unknown): string {
  if (error instanceof CommanderError) return ''
  if (error instanceof UserError || error instanceof PasswordError || error instanceof ListenError) return error.message
  if (error instanceof StoreError) return sentenceOf(error.problem)
  const said = systemSentence(error) ?? databaseSentence(error)
  if (said !== null) return said
  const detail = error instanceof Error && process.env['LEMONADE_DEBUG'] !== undefined ? `\n${error.stack}` : ''
  return `This should not happen: ${error instanceof Error ? error.message : String(error)}. Please report it.${detail}`
}
