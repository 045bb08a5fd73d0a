/** `lemonade domain keys` and `rotate-key`: what a domain's mail is signed with, and how another key takes its place. */
import { dkimAlgorithms, dkimName, ensureDkimKeys, isWaiting, makeDkimKeys } from '@lemonade/mta'
import type { DkimKey, Store } from '@lemonade/store'
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns, instant } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

export function addDomainKeyCommands(domain: Command, io: Io): void {
  addCommand(domain, 'keys <domain>', "list the keys that a domain's mail is signed with").action(
    async (name: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const keys = await keysOf(store, name)
        print(
          io,
          columns(keys.map(({ selector, algorithm, state, since }) => [selector, algorithm, state, instant(since)])),
        )
      }),
  )
  addCommand(domain, 'rotate-key <domain>', 'make keys that take the place of those that sign')
    .option('--now', 'sign with the keys that wait, without another look at DNS')
    .action(async (name: string, options: { now?: boolean }, command: Command) =>
      withStore(configFor(io, command), async store => {
        const waiting = (await keysOf(store, name)).filter(isWaiting)
        if (options.now === true) return activate(io, store, name, waiting)
        const made = waiting.length > 0 ? waiting : (await makeKeys(store, name)).filter(isWaiting)
        print(io, ['Publish these records:', ...made.map(key => `  ${dkimName(key)}`), ...next(name)].join('\n'))
      }),
    )
}

const next = (domain: string) => [
  `lemonade dns ${domain} prints them. Once the server has seen them in DNS for a day it signs with the new keys, and`,
  'the records of the old ones may go two weeks later; lemonade domain keys tells how far that is.',
]

const makeKeys = (store: Store, domain: string) => makeDkimKeys(store, domain, dkimAlgorithms, Date.now())

async function activate(io: Io, store: Store, domain: string, waiting: readonly DkimKey[]): Promise<void> {
  if (waiting.length === 0) {
    throw new UserError(`No key of ${domain} waits; lemonade domain rotate-key ${domain} makes some.`)
  }
  for (const key of waiting) await store.dkimKeys.setState(key, 'active')
  print(io, `Mail of ${domain} is signed with ${waiting.map(({ selector }) => selector).join(' and ')} from now on.`)
}

/** Makes the first ones where there are none. Throws a sentence for a domain that is not ours. */
async function keysOf(store: Store, domain: string): Promise<readonly DkimKey[]> {
  if (await store.domains.has(domain)) return ensureDkimKeys(store, domain, Date.now())
  throw new UserError(`Mail for ${domain} is not taken here; "lemonade domain list" shows all.`)
}
