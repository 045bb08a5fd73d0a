/** `lemonade account forward` and `lemonade account grant-sender`: where an account's mail goes on to, and what it may send as. */
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { accountNamed, addCommand, configFor, withStore } from './command.ts'
import { remarkOnMissing } from './group.ts'

export function addAccountMailCommands(account: Command, io: Io): void {
  addCommand(
    account,
    'forward <address> [target...]',
    "send an account's mail on to other addresses, or show where it goes",
  )
    .option('--keep', 'deliver it to the account as well')
    .option('--off', 'send it on no more')
    .action(async (address: string, targets: string[], options: ForwardOptions, command: Command) =>
      forward(io, command, address, targets, options),
    )
  addCommand(
    account,
    'grant-sender <account> [address]',
    'let an account send as an address that is not its own, or as a whole @domain; show what it may send as',
  )
    .option('--on-behalf', 'its messages say who sent them')
    .option('--revoke', 'let it do so no more')
    .action(async (name: string, address: string | undefined, options: GrantOptions, command: Command) =>
      grantSender(io, command, name, address, options),
    )
}

interface ForwardOptions {
  readonly keep?: boolean
  readonly off?: boolean
}

async function forward(
  io: Io,
  command: Command,
  address: string,
  targets: readonly string[],
  { keep = false, off = false }: ForwardOptions,
): Promise<void> {
  if (off && (keep || targets.length > 0)) throw new UserError('Give either --off or addresses to send mail on to.', 2)
  if (keep && targets.length === 0) throw new UserError('Name the addresses to send mail on to.', 2)
  await withStore(configFor(io, command), async store => {
    const { id, name } = await accountNamed(store, address)
    if (off) await store.forwards.set(id, null)
    const found =
      targets.length === 0 ? await store.forwards.get(id) : await store.forwards.set(id, { targets, keeps: keep })
    if (found === null) return print(io, `Mail for ${name} goes to its mailboxes.`)
    const besides = found.keeps ? 'goes to its mailboxes and on to' : 'goes on to'
    print(io, `Mail for ${name} ${besides} ${found.targets.join(', ')}.`)
    await remarkOnMissing(io, store, found.targets)
  })
}

interface GrantOptions {
  readonly onBehalf?: boolean
  readonly revoke?: boolean
}

async function grantSender(
  io: Io,
  command: Command,
  account: string,
  address: string | undefined,
  { onBehalf = false, revoke = false }: GrantOptions,
): Promise<void> {
  if (address === undefined && (onBehalf || revoke)) throw new UserError('Name the address.', 2)
  if (onBehalf && revoke) throw new UserError('Give either --on-behalf or --revoke.', 2)
  await withStore(configFor(io, command), async store => {
    const { id, name } = await accountNamed(store, account)
    if (address === undefined) {
      const grants = await store.senders.grants(id)
      return print(io, columns(grants.map(grant => [grant.address, grant.onBehalf ? 'on behalf' : 'as'])))
    }
    if (revoke) {
      if (!(await store.senders.revoke(id, address))) {
        throw new UserError(`${name} was not granted ${address}; without an address, what was granted is shown.`)
      }
      return print(io, `${name} may send as ${address} no more.`)
    }
    await store.senders.grant(id, { address, onBehalf })
    print(io, `${name} may send ${onBehalf ? 'on behalf of' : 'as'} ${address}.`)
  })
}
