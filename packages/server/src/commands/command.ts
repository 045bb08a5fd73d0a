/** What all commands share: `--config` wherever it stands, the store opened and closed, problems as sentences. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, openStore, type Store } from '@lemonade/store'
import type { Command } from 'commander'
import { type Config, readConfig } from '../config/config.ts'
import { UserError } from '../problem.ts'

/** Used where no `--config` names another and it lies in the working directory. */
const usualFile = 'lemonade.toml'

/** Adds a command; `--config` and `--help` are understood before and after its arguments. */
export function addCommand(parent: Command, usage: string, description: string): Command {
  return withConfigOption(parent.command(usage).description(description))
}

export function withConfigOption(command: Command): Command {
  return command.option('--config <file>', 'the configuration file (default: ./lemonade.toml where there is one)')
}

/** The configuration that a command was called with: the innermost `--config` counts. */
export function configFor(command: Command): Config {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const file: unknown = at.opts()['config']
    if (typeof file === 'string') return readConfig(file)
  }
  return readConfig(existsSync(usualFile) ? usualFile : null)
}

/** Runs with the store open. `create` makes a data directory that is not there yet. */
export async function withStore<T>(
  config: Config,
  run: (store: Store) => Promise<T>,
  options: { readonly create: boolean } = { create: false },
): Promise<T> {
  if (!options.create && !existsSync(join(config.data, 'lemonade.db'))) {
    throw new UserError(
      `There is no mail store in ${config.data}; start the server once, or name its configuration with --config.`,
    )
  }
  const store = await openStore(config.data)
  try {
    return await run(store)
  } finally {
    await store.close()
  }
}

/** The account of that name, or a sentence. */
export async function accountNamed(store: Store, name: string): Promise<Account> {
  const account = await store.accounts.find(name)
  if (account === null) throw new UserError(`There is no account ${name}; "lemonade account list" shows all.`)
  return account
}

/** Results go to stdout. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

/** Remarks go to stderr, so that a script that reads stdout sees results only. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`)
}
