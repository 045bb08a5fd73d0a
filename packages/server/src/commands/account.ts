/** `lemonade account`: the people of this server and their secrets. */
import { defaultAuthLimits, openAuth } from '@lemonade/auth'
import type { Store } from '@lemonade/store'
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { limitsFor } from '../limits.ts'
import { UserError } from '../problem.ts'
import { columns, instant } from '../terminal/columns.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { confirmed, newPasswordFromPrompt, passwordFromStdin } from '../terminal/prompt.ts'
import { addAccountMailCommands } from './account-mail.ts'
import { accountNamed, addCommand, checkDomain, configFor, withStore } from './command.ts'
import { addQuotaCommand } from './quota.ts'

interface PasswordOptions {
  readonly passwordStdin?: boolean
  readonly generate?: boolean
}

export function addAccountCommands(program: Command, io: Io): void {
  const account = addCommand(program, 'account', 'the people of this server')
  withPassword(addCommand(account, 'add <address>', 'make an account; its domain is served from then on'))
    .option('--name <text>', "the person's name")
    .action(async (address: string, options: PasswordOptions & { name?: string }, command: Command) =>
      add(io, configFor(io, command), address, options),
    )
  withPassword(addCommand(account, 'passwd <address>', "change an account's password, or its app passwords"))
    .option('--app <name>', 'an app password of this name: one more secret, for one device')
    .option('--remove', 'remove the app password')
    .option('--list', 'list the secrets of the account')
    .action(async (address: string, options: PasswdOptions, command: Command) =>
      passwd(io, configFor(io, command), address, options),
    )
  addCommand(account, 'remove <address>', 'remove an account and all its mail')
    .option('--yes', 'do not ask')
    .action(async (address: string, options: { yes?: boolean }, command: Command) =>
      withStore(configFor(io, command), async store => {
        const { id } = await accountNamed(store, address)
        if (options.yes !== true && io.interactive && !(await confirmed(`Remove ${address} and all its mail?`))) {
          throw new UserError('Nothing was removed.')
        }
        await store.accounts.remove(id)
        print(io, `The account ${address} and its mail are gone.`)
      }),
    )
  addQuotaCommand(account, io)
  addAccountMailCommands(account, io)
  addCommand(account, 'administrator <address>', 'let an account do what only administrators may')
    .option('--revoke', 'let it do so no more')
    .action(async (address: string, options: { revoke?: boolean }, command: Command) =>
      withStore(configFor(io, command), async store => {
        const { id, name } = await accountNamed(store, address)
        const administrator = options.revoke !== true
        await store.accounts.setAdministrator(id, administrator)
        print(io, `${name} is ${administrator ? 'an' : 'no'} administrator.`)
      }),
    )
  addCommand(account, 'list', 'list the accounts').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const accounts = await store.accounts.list()
      print(io, columns(accounts.map(({ name, displayName, createdAt }) => [name, instant(createdAt), displayName])))
    }),
  )
}

function withPassword(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from the first line of standard input')
    .option('--generate', 'make a random password and show it')
}

async function add(
  io: Io,
  config: Config,
  address: string,
  options: PasswordOptions & { name?: string },
): Promise<void> {
  const domain = domainOf(address)
  await withStore(
    config,
    async store => {
      if ((await store.accounts.find(address)) !== null) {
        throw new UserError(`There is an account ${address} already; "lemonade account passwd" changes its password.`)
      }
      const password = await newPassword(io, config, store, address, options)
      const isNew = !(await store.domains.has(domain))
      if (isNew) await store.domains.add(domain)
      const displayName = options.name === undefined ? {} : { displayName: options.name }
      const { id, name } = await store.accounts.add({ name: address, ...displayName })
      try {
        await authOf(config, store).setPassword(id, password.text)
      } catch (error) {
        await store.accounts.remove(id)
        throw error
      }
      if (isNew) remark(io, `Mail for ${domain} is taken here from now on.`)
      print(io, password.generated ? `${name} has the password ${password.text}` : `The account ${name} is made.`)
    },
    { create: true },
  )
}

interface PasswdOptions extends PasswordOptions {
  readonly app?: string
  readonly remove?: boolean
  readonly list?: boolean
}

async function passwd(io: Io, config: Config, address: string, options: PasswdOptions): Promise<void> {
  await withStore(config, async store => {
    const account = await accountNamed(store, address)
    if (options.list === true) {
      const credentials = await store.accounts.credentials(account.id)
      print(
        io,
        columns(
          credentials.map(({ label, createdAt, lastUsedAt }) => [named(label), instant(createdAt), used(lastUsedAt)]),
        ),
      )
      return
    }
    if (options.remove === true) {
      if (options.app === undefined) throw new UserError('Name the app password to remove with --app NAME.', 2)
      if (!(await store.accounts.removeCredential(account.id, options.app))) {
        throw new UserError(`${address} has no app password "${options.app}"; --list shows those that there are.`)
      }
      print(io, `The app password "${options.app}" of ${address} is gone.`)
      return
    }
    // Nobody has to remember an app password, so it is made for them.
    const generate = options.generate ?? (options.app !== undefined && options.passwordStdin !== true)
    const password = await newPassword(io, config, store, address, { ...options, generate })
    await authOf(config, store).setPassword(account.id, password.text, options.app ?? '')
    const what = options.app === undefined ? 'password' : `app password "${options.app}"`
    print(
      io,
      password.generated ? `${address} has the ${what} ${password.text}` : `The ${what} of ${address} is changed.`,
    )
  })
}

const named = (label: string) => (label === '' ? '(password)' : label)
const used = (at: number | null) => (at === null ? 'never used' : `last used ${instant(at)}`)

/** From standard input, from a person, or made up: in this order. */
async function newPassword(
  io: Io,
  config: Config,
  store: Store,
  name: string,
  options: PasswordOptions,
): Promise<{ readonly text: string; readonly generated: boolean }> {
  if (options.passwordStdin === true && options.generate === true) {
    throw new UserError('Give either --password-stdin or --generate.', 2)
  }
  if (options.passwordStdin === true) return { text: await passwordFromStdin(io), generated: false }
  if (options.generate !== true && io.interactive) return { text: await newPasswordFromPrompt(name), generated: false }
  return { text: authOf(config, store).generatePassword(), generated: true }
}

function authOf(config: Config, store: Store) {
  const { allowPlaintext } = config.auth
  return openAuth({ store, allowPlaintext, limits: limitsFor('auth', defaultAuthLimits, config.limits) })
}

function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (!address.includes('@') || domain === '') {
    throw new UserError(`"${address}" is no mail address; an account is called like ada@example.org.`)
  }
  checkDomain(domain)
  return domain.toLowerCase()
}
