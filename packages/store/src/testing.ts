/** Stores for tests: in a directory of their own that goes away with the test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { PreparedContent, Store } from './api.ts'
import type { Account, Mailbox, MailboxId, Uid, UidRanges } from './model.ts'
import { openStore, type StoreOptions } from './open.ts'

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-store-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

export async function temporaryStore(t: TestContext, options: StoreOptions = {}): Promise<Store> {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory, { background: false, ...options })
  t.after(() => store.close())
  return store
}

export interface Alice {
  readonly store: Store
  readonly account: Account
  readonly inbox: Mailbox
}

/** A store with one account. */
export async function alice(t: TestContext, options: StoreOptions = {}): Promise<Alice> {
  const store = await temporaryStore(t, options)
  const account = await store.accounts.add({ name: 'alice@example.org' })
  return { store, account, inbox: await mailbox(store, account, 'INBOX') }
}

export async function mailbox(store: Store, account: Account, name: string): Promise<Mailbox> {
  const found = await store.mailboxes.find(account.id, name)
  if (found === null) throw new Error(`no mailbox ${name}`)
  return found
}

export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function text(octets: Uint8Array): string {
  return new TextDecoder().decode(octets)
}

export async function prepare(
  store: Store,
  message: string | Uint8Array,
  pieceOctets = 65536,
): Promise<PreparedContent> {
  const whole = typeof message === 'string' ? octets(message) : message
  const writer = store.contents.writer({ limitOctets: 100_000_000 })
  for (let at = 0; at < whole.length; at += pieceOctets) await writer.write(whole.subarray(at, at + pieceOctets))
  return writer.finish()
}

let messages = 0

/** A small message that is like no other. */
export function letter(subject = 'Hello', body = 'Good morning.'): string {
  return `Message-ID: <${++messages}@example.org>\r\nSubject: ${subject}\r\n\r\n${body}\r\n`
}

/** Appends letters with the flags given, one a list. */
export async function fill(
  store: Store,
  to: MailboxId,
  ...flags: readonly (readonly string[])[]
): Promise<readonly Uid[]> {
  const contents = await Promise.all(flags.map(() => prepare(store, letter())))
  const { uids } = await store.messages.append(
    to,
    flags.map((each, index) => ({ content: contents[index] as PreparedContent, flags: each })),
  )
  return uids
}

export function uids(...ranges: readonly (number | readonly [number, number])[]): UidRanges {
  return ranges.map(range => {
    const [first, last] = typeof range === 'number' ? [range, range] : range
    return { first: first as Uid, last: last as Uid }
  })
}

export const everything = uids([1, 4_294_967_295])

/** UID and flags of every message. */
export async function flagsOf(store: Store, of: MailboxId): Promise<Record<number, readonly string[]>> {
  const messages = await store.messages.page(of, everything, 1_000_000)
  return Object.fromEntries(messages.map(({ uid, flagSet }) => [uid, store.flagSets.flags(flagSet)]))
}

/** What the audit finds. */
export async function findings(store: Store): Promise<string[]> {
  const found: string[] = []
  for await (const sentence of store.check()) found.push(sentence)
  return found
}

/** Lets a promise fail with a problem of the store and answers which. */
export async function problem(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error && 'problem' in error) return String(error.problem)
    throw error
  }
  return 'none'
}
