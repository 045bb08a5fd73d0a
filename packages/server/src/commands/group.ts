/** `lemonade group`: one address for several people, and who may write to it. */
import { type Group, type GroupSenders, groupSenders, type Store } from '@lemonade/store'
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns } from '../terminal/columns.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

const wording = {
  anyone: 'anyone may write to it',
  members: 'only its members may write to it',
  local: 'only people of this server may write to it',
} as const satisfies Record<GroupSenders, string>

export function addGroupCommands(program: Command, io: Io): void {
  const group = addCommand(program, 'group', 'addresses of several people')
  addCommand(group, 'add <address> <member...>', 'make a group; members are accounts, addresses elsewhere or groups')
    .option('--senders <who>', `who may write to it: ${groupSenders.join(', ')}`, 'anyone')
    .action(async (address: string, members: string[], options: { senders: string }, command: Command) => {
      const senders = sendersOf(options.senders)
      await withStore(configFor(io, command), async store => {
        const made = await store.groups.add({ address, members, senders })
        print(io, sentenceOf(made))
        await remarkOnMissing(io, store, made.members)
      })
    })
  addCommand(group, 'list', 'list the groups').action(async (_options: object, command: Command) =>
    withStore(configFor(io, command), async store => {
      const groups = await store.groups.list()
      print(io, columns(groups.map(({ address, senders, members }) => [address, senders, members.join(' ')])))
    }),
  )
  addCommand(group, 'show <address>', 'show who is in a group').action(
    async (address: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const { senders, members } = await groupNamed(store, address)
        print(io, [...members, `(${wording[senders]})`].join('\n'))
      }),
  )
  addCommand(group, 'join <address> <member...>', 'add members to a group').action(
    async (address: string, members: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        await groupNamed(store, address)
        print(io, sentenceOf(await store.groups.change(address, { add: members })))
        await remarkOnMissing(io, store, members)
      }),
  )
  addCommand(group, 'leave <address> <member...>', 'take members out of a group').action(
    async (address: string, members: string[], _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const { members: before } = await groupNamed(store, address)
        const stranger = members.find(member => !before.includes(member.toLowerCase()))
        if (stranger !== undefined) throw new UserError(`${stranger} is not in the group ${address}.`)
        if (before.length === new Set(members.map(member => member.toLowerCase())).size) {
          throw new UserError(`Nobody would be left; "lemonade group remove ${address}" removes the group.`)
        }
        print(io, sentenceOf(await store.groups.change(address, { remove: members })))
      }),
  )
  addCommand(group, 'senders <address> <who>', `say who may write to a group: ${groupSenders.join(', ')}`).action(
    async (address: string, who: string, _options: object, command: Command) => {
      const senders = sendersOf(who)
      await withStore(configFor(io, command), async store => {
        await groupNamed(store, address)
        print(io, sentenceOf(await store.groups.change(address, { senders })))
      })
    },
  )
  addCommand(group, 'remove <address>', 'remove a group; its members stay').action(
    async (address: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        await groupNamed(store, address)
        await store.groups.remove(address)
        print(io, `The group ${address} is gone.`)
      }),
  )
}

function sendersOf(word: string): GroupSenders {
  const found = groupSenders.find(each => each === word)
  if (found !== undefined) return found
  throw new UserError(`"${word}" are no senders; say ${groupSenders.join(', ')}.`, 2)
}

async function groupNamed(store: Store, address: string): Promise<Group> {
  const group = await store.groups.find(address)
  if (group === null) throw new UserError(`There is no group ${address}; "lemonade group list" shows all.`)
  return group
}

function sentenceOf({ address, members, senders }: Group): string {
  return `${address} leads to ${members.join(', ')}; ${wording[senders]}.`
}

/** Addresses of ours that nobody has. */
export async function remarkOnMissing(io: Io, store: Store, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const isOurs = await store.domains.has(address.slice(address.lastIndexOf('@') + 1))
    if (isOurs && (await store.accounts.route(address, '')) === null) {
      remark(io, `Nobody has the address ${address}; mail to it is refused until somebody does.`)
    }
  }
}
