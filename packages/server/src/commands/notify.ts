/** `lemonade notify` and `lemonade events`: devices, what sinks have refused, and what happens, as it happens. */
import { isDeviceName, notifyEntryProblem, notifyFolder } from '@lemonade/notify'
import type { Account, AccountId, DeadLetter, Device, OutboxEvent, Store } from '@lemonade/store'
import { type Command, InvalidArgumentError } from 'commander'
import { testWakeUp } from '../notify/test-wake-up.ts'
import { UserError } from '../problem.ts'
import { columns, instant } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { accountNamed, addCommand, configFor, withStore } from './command.ts'

/** How long the server may take to wake a device that is tested, and how often it is looked. */
const testMilliseconds = 20_000
const lookMilliseconds = 100
const pageLetters = 100
/** Another process's writes are heard of by themselves; this is for when they are not. */
const pollMilliseconds = 1_000

export function addNotifyCommands(program: Command, io: Io): void {
  const notify = addCommand(program, 'notify', 'devices that are woken, and events that a target has refused')
  addCommand(notify, 'devices [account]', 'list the devices of an account, or of all').action(
    async (name: string | undefined, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const accounts = name === undefined ? await store.accounts.list() : [await accountNamed(store, name)]
        const rows = await Promise.all(accounts.map(account => deviceRows(store, account)))
        print(io, columns(rows.flat()))
      }),
  )
  addCommand(
    notify,
    'add <account> <device> <target>',
    'register a device, such as webhook/pager; "-" reads it',
  ).action(async (name: string, device: string, target: string, _options: object, command: Command) => {
    const value = Buffer.from(target === '-' ? (await textOf(io)).trim() : target)
    const problem = isDeviceName(device)
      ? notifyEntryProblem(device, value)
      : 'Write its kind and a name, like webhook/pager.'
    if (problem !== null) throw new UserError(`"${device}" cannot be registered. ${problem}`, 2)
    await withStore(configFor(io, command), async store => {
      const account = await accountNamed(store, name)
      await setDevice(store, account, device, value)
      print(io, `${device.toLowerCase()} is registered; "lemonade notify devices ${name}" tells whether it is in use.`)
    })
  })
  addCommand(notify, 'remove <account> <device>', 'forget a device').action(
    async (name: string, device: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const account = await accountNamed(store, name)
        const found = await deviceNamed(store, account, device)
        await setDevice(store, account, found.name, null)
        print(io, `${found.name} is woken no more.`)
      }),
  )
  addCommand(notify, 'test <account> <device>', 'have the running server wake a device now').action(
    async (name: string, device: string, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const found = await deviceNamed(store, await accountNamed(store, name), device)
        if (found.state !== 'ready') throw new UserError(`${found.name} is not in use: ${stateOf(found)}.`)
        await testWakeUp(store, found, Date.now())
        const after = await outcome(store, found)
        if (after.pending !== null)
          throw new UserError(`${found.name} was not woken: ${after.problem ?? 'is the server running?'}`)
        if (after.wokenAt === found.wokenAt)
          throw new UserError(`${found.name} was not woken: ${after.problem ?? 'it is gone'}.`)
        print(io, `${found.name} was woken.`)
      }),
  )
  addCommand(notify, 'dead-letters', 'list events that a target has refused for good').action(
    async (_options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const rows: string[][] = []
        for (let after = 0; ; ) {
          const page = await store.outbox.deadLetters(after, pageLetters)
          rows.push(...page.map(letterRow))
          after = page.at(-1)?.id ?? after
          if (page.length < pageLetters) break
        }
        print(io, columns(rows))
      }),
  )
  for (const [verb, description, said] of [
    ['replay', 'tell dead letters again to the targets that have refused them', 'told again'],
    ['discard', 'forget dead letters', 'forgotten'],
  ] as const) {
    addCommand(notify, `${verb} <number...>`, `${description}, or "all" of them`).action(
      async (numbers: string[], _options: object, command: Command) =>
        withStore(configFor(io, command), async store => {
          const ids = numbers.includes('all') ? null : numbers.map(numberOf)
          const count = await store.outbox[verb](ids)
          if (count === 0)
            throw new UserError('There is no such dead letter; "lemonade notify dead-letters" shows all.')
          print(io, `${count} ${count === 1 ? 'event is' : 'events are'} ${said}.`)
        }),
    )
  }
  addCommand(program, 'events', 'what has happened, the newest last')
    .option('--follow', 'go on as it happens, until interrupted')
    .option('--account <name>', 'only what concerns an account')
    .option('--last <count>', 'so many of the newest first', numberOf, 20)
    .option('--json', 'one JSON object a line')
    .action(async (options: EventsOptions, command: Command) =>
      withStore(configFor(io, command), store => showEvents(store, io, options)),
    )
}

interface EventsOptions {
  readonly follow?: true
  readonly account?: string
  readonly last: number
  readonly json?: true
}

function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a number.')
  return Number(text)
}

async function textOf({ stdin }: Io): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of stdin) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces).toString()
}

function setDevice(store: Store, account: Account, device: string, value: Uint8Array | null) {
  return store.metadata.set({ mailbox: null, account: account.id }, [{ name: `${notifyFolder}/${device}`, value }])
}

async function deviceNamed(store: Store, account: Account, name: string): Promise<Device> {
  const device = await store.devices.get(account.id, name)
  if (device !== null) return device
  throw new UserError(`${account.name} has no device ${name}; "lemonade notify devices ${account.name}" shows all.`)
}

async function deviceRows(store: Store, account: Account): Promise<string[][]> {
  return (await store.devices.of(account.id)).map(device => [
    account.name,
    device.name,
    stateOf(device),
    device.wokenAt === null ? 'never woken' : `woken ${instant(device.wokenAt)}`,
    printable(device.problem ?? ''),
  ])
}

const states = { new: 'new', asked: 'waits for its echo', ready: 'in use', refused: 'cannot be used' } as const

function stateOf({ state, pending }: Device): string {
  return pending === null ? states[state] : `${states[state]}, a wake-up waits`
}

/** The device when the wake-up is over, or it has taken too long. */
async function outcome(store: Store, device: Device): Promise<Device> {
  const late = Date.now() + testMilliseconds
  for (;;) {
    const now = await store.devices.get(device.account, device.name)
    if (now === null) throw new UserError(`${device.name} is not there any more: it is forgotten.`)
    if (now.pending === null || now.attempts > 0 || Date.now() > late) return now
    await new Promise(resolve => setTimeout(resolve, lookMilliseconds))
  }
}

function letterRow({ id, at, sink, reason, event }: DeadLetter): string[] {
  return [String(id), instant(at), sink, String(event.id), event.type, printable(reason)]
}

/** One line, whatever a target or a client has written. */
function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 200)
}

async function showEvents(store: Store, io: Io, { follow, account: name, last, json }: EventsOptions): Promise<void> {
  const account = name === undefined ? null : (await accountNamed(store, name)).id
  const names = new Map<AccountId, string>((await store.accounts.list()).map(each => [each.id, each.name]))
  const show = async (event: OutboxEvent) => {
    if (account !== null && event.account !== account) return
    if (event.account !== null && !names.has(event.account)) {
      names.set(event.account, (await store.accounts.get(event.account))?.name ?? `account ${event.account}`)
    }
    print(
      io,
      json
        ? `${JSON.stringify(event)}\n`
        : eventLine(event, event.account === null ? '' : (names.get(event.account) ?? '')),
    )
  }
  let at = await store.outbox.beforeLast(last)
  let news = Promise.withResolvers<void>()
  // Keeps the process, which nothing else does.
  const alive = setInterval(() => news.resolve(), pollMilliseconds)
  const unwatch = store.bus.watchTopic('outbox', () => news.resolve())
  const interrupted = new AbortController()
  const stop = () => {
    interrupted.abort()
    news.resolve()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    while (!interrupted.signal.aborted) {
      news = Promise.withResolvers<void>()
      const page = await store.outbox.after(at, pageLetters)
      for (const event of page) await show(event)
      at = page.at(-1)?.id ?? at
      if (page.length > 0) continue
      if (follow !== true) break
      await news.promise
    }
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    clearInterval(alive)
    unwatch()
  }
}

function eventLine({ id, at, type, parameters }: OutboxEvent, account: string): string {
  const { mailbox, uids, flagNames, service, clientIP, user } = parameters
  const facts = [
    typeof mailbox === 'string' ? `in ${mailbox}` : '',
    typeof uids === 'string' ? `UID ${uids}` : '',
    Array.isArray(flagNames) ? flagNames.join(' ') : '',
    typeof service === 'string' ? `by ${service}` : '',
    typeof user === 'string' && user !== account ? `of ${user}` : '',
    typeof clientIP === 'string' ? `from ${clientIP}` : '',
  ]
  const name = type.replace(/^vnd\.lemonade\./, '')
  return `${printable([instant(at), `#${id}`, account, name, ...facts].filter(Boolean).join('  '))}\n`
}
