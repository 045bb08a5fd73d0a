/** `lemonade domain` and `lemonade alias`: which addresses are ours, and where their mail goes. */
import { ensureDkimKeys } from '@lemonade/mta'
import type { Command } from 'commander'
import { columns, instant } from '../terminal/columns.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { addCommand, checkDomain, configFor, withStore } from './command.ts'
import { addDomainKeyCommands } from './domain-keys.ts'

export function addDomainCommands(program: Command, io: Io): void {
  const domain = addCommand(program, 'domain', 'the domains that mail is taken for')
  addCommand(domain, 'add <domain>', 'take mail for a domain').action(
    async (name: string, _options: object, command: Command) => {
      checkDomain(name)
      await withStore(
        configFor(io, command),
        async store => {
          const added = await store.domains.add(name)
          // Its records are printed with the others, so it is made before anybody asks for them.
          if (added.name.includes('.')) await ensureDkimKeys(store, added.name, Date.now())
          print(
            io,
            `Mail for ${added.name} is taken here from now on; lemonade dns ${added.name} prints what DNS needs.`,
          )
          // RFC 5321 §4.5.1: every domain has somebody behind this address.
          const postmaster = `postmaster@${added.name}`
          if ((await store.accounts.route(postmaster, '')) === null) {
            remark(io, `Somebody should read ${postmaster}: lemonade alias add ${postmaster} ADDRESS`)
          }
        },
        { create: true },
      )
    },
  )
  addDomainKeyCommands(domain, io)
  addCommand(domain, 'list', 'list the domains').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const domains = await store.domains.list()
      print(io, columns(domains.map(({ name, createdAt }) => [name, instant(createdAt)])))
    }),
  )
  addCommand(domain, 'remove <domain>', 'take no more mail for a domain').action(
    async (name: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        await store.domains.remove(name)
        print(io, `Mail for ${name} is taken here no longer.`)
      }),
  )
}

export function addAliasCommands(program: Command, io: Io): void {
  const alias = addCommand(program, 'alias', 'addresses that lead to others')
  addCommand(alias, 'add <address> <target...>', 'lead an address, or a whole @domain, to one or more others').action(
    async (address: string, targets: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const added = await store.aliases.add(address, targets)
        print(io, `${added.address} leads to ${added.targets.join(', ')}.`)
        for (const target of added.targets) {
          const isOurs = await store.domains.has(target.slice(target.lastIndexOf('@') + 1))
          if (isOurs && (await store.accounts.route(target, '')) === null) {
            remark(io, `Nobody has the address ${target}; mail to it is refused until somebody does.`)
          }
        }
      }),
  )
  addCommand(alias, 'list', 'list the aliases').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const aliases = await store.aliases.list()
      print(io, columns(aliases.map(({ address, targets }) => [address, targets.join(' ')])))
    }),
  )
  addCommand(alias, 'remove <address>', 'remove an alias').action(
    async (address: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        await store.aliases.remove(address)
        print(io, `${address} leads nowhere now.`)
      }),
  )
}
