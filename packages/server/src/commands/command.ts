/** What all commands share: `--config` wherever it stands, the store opened and closed, problems as sentences. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { domainToASCII } from 'node:url'
import { type Account, openStore, type Store, storeLimits } from '@lemonade/store'
import type { Command } from 'commander'
import { type Config, hostnameShape, readConfig } from '../config/config.ts'
import { limitsFor } from '../limits.ts'
import { UserError } from '../problem.ts'
import type { Io } from '../terminal/io.ts'

/** Used where no `--config` names another and it lies in the working directory. */
const usualFile = 'lemonade.toml'

/** Adds a command; `--config` and `--help` are understood before and after its arguments. */
export function addCommand(parent: Command, usage: string, description: string): Command {
  return withConfigOption(parent.command(usage).description(description).helpCommand(false))
}

export function withConfigOption(command: Command): Command {
  return command.option('--config <file>', 'the configuration file (default: ./lemonade.toml where there is one)')
}

/** The configuration that a command was called with: the innermost `--config` counts. */
export function configFor(io: Io, command: Command): Config {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const file: unknown = at.opts()['config']
    if (typeof file === 'string') return readConfig(file, io.directory)
  }
  return readConfig(existsSync(resolve(io.directory, usualFile)) ? usualFile : null, io.directory)
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
  // Collecting and indexing is the server's business.
  const limits = limitsFor('store', storeLimits, config.limits)
  const store = await openStore(config.data, { background: false, limits })
  try {
    return await run(store.by({ service: 'admincli' }))
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

/** A domain that DNS can hold (RFC 5321 §2.3.5), in Unicode or not; throws a sentence for anything else. */
export function checkDomain(domain: string): void {
  if (!hostnameShape.test(domainToASCII(domain.replace(/\.$/, '')))) {
    throw new UserError(`"${domain}" is no domain; write one like example.org.`)
  }
}
