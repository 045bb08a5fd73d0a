/**
 * A write load that is to be killed. Arguments: directory, seed. Tasks work side by side, each on mailboxes of its own;
 * a line says when an operation begins and when it has been acknowledged.
 */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { PreparedContent, Store } from '../api.ts'
import type { Account, MailboxId } from '../model.ts'
import { openStore } from '../open.ts'
import { everything, octets, uids } from '../testing.ts'
import type { Line, Operation } from './model.ts'
import { type Random, random } from './random.ts'

const tasks = 4

async function main(directory: string, seed: number): Promise<void> {
  // Collecting and indexing are killed too, every other time.
  const store = await openStore(directory, { background: seed % 2 === 0 })
  // Who is killed leaves nothing to the next one that is not written by now.
  flushCompileCache()
  const account =
    (await store.accounts.find('crash@example.org')) ?? (await store.accounts.add({ name: 'crash@example.org' }))
  await Promise.all(Array.from({ length: tasks }, (_, task) => work(store, account, task, random(seed * 31 + task))))
}

async function work(store: Store, account: Account, task: number, chance: Random): Promise<void> {
  const tell = (state: Line['state'], operation: Operation) =>
    writeSync(1, `${JSON.stringify({ task, state, operation } satisfies Line)}\n`)
  for (;;) {
    const operation = await choose(store, account, task, chance)
    const prepared = await prepare(store, operation, chance)
    tell('begun', operation)
    await run(store, account, operation, prepared)
    tell('done', operation)
  }
}

async function choose(store: Store, account: Account, task: number, chance: Random): Promise<Operation> {
  const home = `task-${task}`
  const [copies, passing] = [`${home}/copies`, `${home}/passing`]
  for (const mailbox of [home, copies]) {
    if ((await store.mailboxes.find(account.id, mailbox)) === null) return { do: 'create', mailbox }
  }
  const hasPassing = (await store.mailboxes.find(account.id, passing)) !== null
  const subject = () => `s${chance(1e9)}`
  const first = 1 + chance(60)
  const range = { first, last: first + chance(20) }
  const from = chance(2) === 0 ? home : copies
  switch (chance(10)) {
    case 0:
    case 1:
    case 2: {
      const large = chance(6) === 0
      const subjects = Array.from({ length: large ? 1 : 1 + chance(4) }, subject)
      return { do: 'append', mailbox: home, subjects, flags: chance(2) ? ['\\Seen', 'first'] : [], large }
    }
    case 3:
    case 4:
      return { do: 'deposit', mailbox: home, subject: subject(), recipient: `${subject()}@far.example` }
    case 5:
    case 6: {
      const flag = ['\\Deleted', '\\Flagged', 'second', 'third'][chance(4)] as string
      return { do: 'flag', mailbox: from, ...range, mode: chance(3) ? 'add' : 'remove', flag }
    }
    case 7:
      return { do: chance(2) ? 'copy' : 'move', mailbox: from, ...range, to: hasPassing ? passing : copies }
    case 8:
      return { do: 'expunge', mailbox: from }
    default:
      return { do: hasPassing ? 'remove' : 'create', mailbox: passing }
  }
}

/** Attachments that come again and again. */
const attachments = ['a', 'b', 'c'].map(each => `${each.repeat(76)}\r\n`.repeat(5000))

async function prepare(store: Store, operation: Operation, chance: Random): Promise<PreparedContent[]> {
  if (operation.do !== 'append' && operation.do !== 'deposit') return []
  const subjects = operation.do === 'append' ? operation.subjects : [operation.subject]
  const isLarge = operation.do === 'append' && operation.large
  return Promise.all(
    subjects.map(subject => {
      const writer = store.contents.writer({ limitOctets: 1e7 })
      const body = isLarge ? (attachments[chance(attachments.length)] as string) : `${subject}\r\n`
      return writer.write(octets(`Subject: ${subject}\r\n\r\n${body}`)).then(() => writer.finish())
    }),
  )
}

async function run(store: Store, account: Account, operation: Operation, prepared: PreparedContent[]): Promise<void> {
  const { mailboxes, messages } = store
  if (operation.do === 'create') return void (await mailboxes.create(account.id, operation.mailbox))
  if (operation.do === 'remove') return mailboxes.remove(account.id, operation.mailbox)
  if (operation.do === 'deposit') {
    return messages.deposit({
      content: prepared[0] as PreparedContent,
      deliveries: [{ account: account.id, mailbox: operation.mailbox }],
      enqueue: [{ reversePath: '', recipient: operation.recipient, expiresAt: 9e15 }],
    })
  }
  const id = async (name: string): Promise<MailboxId> => (await mailboxes.find(account.id, name))?.id as MailboxId
  const mailbox = await id(operation.mailbox)
  switch (operation.do) {
    case 'append':
      await messages.append(
        mailbox,
        prepared.map(content => ({ content, flags: operation.flags })),
      )
      return
    case 'flag': {
      const change = { mode: operation.mode, flags: [operation.flag] }
      await messages.storeFlags(mailbox, uids([operation.first, operation.last]), change)
      return
    }
    case 'copy':
    case 'move':
      await messages[operation.do](mailbox, uids([operation.first, operation.last]), await id(operation.to))
      return
    case 'expunge':
      await messages.expunge(mailbox, everything)
  }
}

const [directory, seed] = process.argv.slice(2)
await main(directory as string, Number(seed))
