/** For tests of the MTA: a store with people in it, a running service, and what has come to their mailboxes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noMetrics, silentLog } from '@lemonade/net'
import { type AccountId, type ContentId, openStore, type QueueEntry, type Store, type Uid } from '@lemonade/store'
import { Talker } from '../../esmtp/src/testing.ts'
import { testTls } from '../../net/src/testing.ts'
import { type Dns, type DnsAnswer, DnsError, type DnsFault, type DnsType } from './dns/record.ts'
import { defaultMtaLimits, type MtaLimits } from './limits.ts'
import { type MtaOptions, type MtaService, serveMta } from './service.ts'

export { DnsTestServer } from './dns/testing.ts'

export const tls = testTls()

/** example.org with alice and bob; the directory goes with the store. */
export async function openTestStore(
  options: Parameters<typeof openStore>[1] = {},
): Promise<{ store: Store; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-mta-'))
  const store = await openStore(directory, options)
  await store.domains.add('example.org')
  for (const name of ['alice', 'bob']) await store.accounts.add({ name: `${name}@example.org` })
  return {
    store,
    close: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

export async function startMta(
  store: Store,
  options: Partial<Omit<MtaOptions, 'limits'>> & { readonly limits?: Partial<MtaLimits> } = {},
): Promise<MtaService> {
  const addresses = [{ host: '127.0.0.1', port: 0 }]
  return serveMta({
    store,
    tls: tls.source,
    listen: { smtp: addresses, lmtp: addresses },
    hostname: 'mail.example.org',
    delimiter: '+',
    resolver: noNames,
    log: silentLog,
    metrics: noMetrics,
    random: () => 0.5,
    ...options,
    limits: { ...defaultMtaLimits, ...options.limits },
  })
}

/** Records of an Internet of a few names, in the shapes of `node:dns/promises`, whose codes are the errors. */
export interface PlainNames {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>
  resolve4(name: string): Promise<readonly string[]>
  resolve6(name: string): Promise<readonly string[]>
}

/** Nothing of it is validated, and other types there are not. */
export function dnsOf(names: PlainNames): NonNullable<MtaOptions['resolver']> {
  const look = async (name: string, type: DnsType): Promise<DnsAnswer<unknown>> => {
    const absent = { records: [], exists: true, name, secure: false }
    const ask = type === 'MX' ? names.resolveMx : type === 'A' ? names.resolve4 : names.resolve6
    if (!['MX', 'A', 'AAAA'].includes(type)) return absent
    try {
      return { ...absent, records: await ask(name) }
    } catch (error) {
      const { code } = error as { code: string }
      if (code === 'ENOTFOUND' || code === 'ENODATA') return absent
      throw new DnsError(code as DnsFault, `${code} for ${name}`)
    }
  }
  return {
    look: look as Dns['look'],
    resolve: async (name, type) => (await look(name, type as DnsType)).records,
  }
}

const noName = async (): Promise<never> => {
  throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
}

/** An Internet without names. */
export const noNames = dnsOf({ resolveMx: noName, resolve4: noName, resolve6: noName })

/** A client that was greeted and has said hello. */
export async function greeted(service: MtaService, listener: 'smtp' | 'lmtp'): Promise<Talker> {
  const client = await Talker.open(service.endpoints[listener]?.[0]?.port ?? 0)
  await client.reply()
  await client.say(listener === 'lmtp' ? 'LHLO client.example' : 'EHLO client.example')
  return client
}

/** One transaction; the reply to each recipient of it, or the first that is no success. */
export async function transact(client: Talker, from: string, to: readonly string[], message: string): Promise<string> {
  for (const line of [`MAIL FROM:${from}`, ...to.map(address => `RCPT TO:${address}`), 'DATA']) {
    const reply = (await client.say(line)) ?? 'closed'
    if (!/^[23]/.test(reply)) return reply
  }
  client.send(`${message}\r\n.\r\n`)
  return (await client.reply()) ?? 'closed'
}

/** Makes a script the account's active one. */
export async function setScript(store: Store, name: string, source: string): Promise<void> {
  const account = (await store.accounts.find(name))?.id
  if (account === undefined) throw new Error(`no account ${name}`)
  await store.scripts.put(account, 'main', source, { scripts: 10, octets: 10_000 })
  await store.scripts.setActive(account, 'main')
}

export interface Found {
  readonly content: ContentId
  readonly flags: readonly string[]
  readonly text: string
}

/** The messages of a mailbox, in order. */
export async function messagesIn(store: Store, name: string, mailbox = 'INBOX'): Promise<Found[]> {
  const account = await store.accounts.find(name)
  const found = account === null ? null : await store.mailboxes.find(account.id, mailbox)
  if (found === null) return []
  const all = await store.messages.page(found.id, [{ first: 1 as Uid, last: 4_294_967_295 as Uid }], 1000)
  return Promise.all(
    all.map(async ({ content, flagSet }) => ({
      content,
      flags: store.flagSets.flags(flagSet),
      text: Buffer.from(await store.contents.readAll(content)).toString('utf8'),
    })),
  )
}

/** Resolves when an account's mail has come to what the test waits for. */
export async function until<T>(store: Store, account: AccountId, look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    let woken: () => void = () => {}
    const news = new Promise<void>(resolve => {
      woken = resolve
    })
    const end = store.bus.watch(account, woken)
    const found = await look()
    if (found === null) await news
    end()
    if (found !== null) return found
  }
}

/** The same for the queue, of whose rows that go nobody is told: looks again with each turn of the event loop. */
export async function untilQueue<T>(store: Store, look: (entries: readonly QueueEntry[]) => T | null): Promise<T> {
  for (;;) {
    const found = look(await store.queue.list())
    if (found !== null) return found
    await new Promise(setImmediate)
  }
}
