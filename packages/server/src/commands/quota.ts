/** `lemonade account quota`: how much mail an account may have, and has. */
import type { Account, Quota, QuotaLimits, Store } from '@lemonade/store'
import type { Command } from 'commander'
import { UserError } from '../problem.ts'
import { columns, size } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { accountNamed, addCommand, configFor, withStore } from './command.ts'

interface QuotaOptions {
  readonly storage?: string
  readonly messages?: string
}

export function addQuotaCommand(account: Command, io: Io): void {
  addCommand(account, 'quota [address]', 'show how much mail accounts have and may have, or set it for one')
    .option('--storage <size>', 'octets, or thousands, millions and so on with K, M, G, T: 2G; or "none", or "default"')
    .option('--messages <number>', 'a number, or "none", or "default"')
    .action(async (address: string | undefined, options: QuotaOptions, command: Command) =>
      withStore(configFor(io, command), async store => {
        const isChange = options.storage !== undefined || options.messages !== undefined
        if (address === undefined) {
          if (isChange) throw new UserError('Name the account whose quota is to be set.', 2)
          print(io, columns(await Promise.all((await store.accounts.list()).map(each => line(store, each)))))
          return
        }
        const found = await accountNamed(store, address)
        if (isChange) await store.quotas.set(found.id, await wanted(store, found, options))
        print(io, columns([await line(store, found)]))
      }),
    )
}

/** What was not asked for stays as it is. */
async function wanted(store: Store, account: Account, options: QuotaOptions): Promise<QuotaLimits> {
  const { own } = await store.quotas.get(account.id)
  const octets = options.storage === undefined ? own.octets : limitOf(options.storage, sizeOf)
  const messages = options.messages === undefined ? own.messages : limitOf(options.messages, numberOf)
  return { ...(octets === undefined ? {} : { octets }), ...(messages === undefined ? {} : { messages }) }
}

/** A limit; null for none, undefined for that of the configuration. */
function limitOf(text: string, read: (text: string) => number): number | null | undefined {
  if (text === 'none') return null
  return text === 'default' ? undefined : read(text)
}

const units: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }

function sizeOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})([KMGT]?)$/i.exec(text) ?? []
  const octets = Number(digits) * (units[unit.toUpperCase()] ?? 0)
  if (digits === '' || !Number.isSafeInteger(octets)) {
    throw new UserError(`"${text}" is no size; write one like 500M or 2G, or "none", or "default".`, 2)
  }
  return octets
}

function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new UserError(`"${text}" is no number of messages; write one like 10000, or "none", or "default".`, 2)
  }
  return Number(text)
}

async function line(store: Store, { id, name }: Account): Promise<readonly string[]> {
  const { used, limits }: Quota = await store.quotas.get(id)
  const of = (limit: string | null) => (limit === null ? 'without limit' : `of ${limit}`)
  return [
    name,
    `${used.messages} messages ${of(limits.messages === null ? null : `${limits.messages}`)}`,
    `${size(used.octets)} ${of(limits.octets === null ? null : size(limits.octets))}`,
  ]
}
