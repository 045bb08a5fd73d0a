/** An IMAP server in this process for transcripts: one store, an account for each transcript. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Auth, defaultAuthLimits, openAuth } from '@lemonade/auth'
import { StoredConversions, startConverter } from '@lemonade/convert'
import { defaultEventLimits, EventScripts, noContentTests, ScriptFiles } from '@lemonade/filter'
import { defaultImapLimits, type ImapLimits, type ImapOptions, type Service, serveImap } from '@lemonade/imap'
import { noMetrics, silentLog } from '@lemonade/net'
import { type MailboxId, openStore, type Store, type StoreLimits, serverAccount } from '@lemonade/store'
import { defaultSieveLimits } from 'sieve.js'
import { testTls } from '../../packages/net/src/testing.ts'
import { play, type Scene, type Server, type Transcript } from '../support/player.ts'

export const password = 'correct horse'

/** All transcripts come from one address, and some of them fail on purpose. */
const patientLimits = {
  ...defaultAuthLimits,
  failureDelayMilliseconds: 1,
  failureDelayMaximumMilliseconds: 1,
  failuresPerAddress: 1e6,
}
const tls = testTls()
const messagesFolder = new URL('messages/', import.meta.url)

export class TestImap {
  readonly store: Store
  readonly auth: Auth
  readonly #directory: string
  readonly #services: Service[] = []
  readonly #servers = new Map<string, Server>()
  #conversions: StoredConversions | null = null
  #accounts = 0

  private constructor(directory: string, store: Store) {
    this.#directory = directory
    this.store = store
    this.auth = openAuth({ store, allowPlaintext: 'loopback', limits: patientLimits })
  }

  static async start(limits: Partial<StoreLimits> = {}): Promise<TestImap> {
    const directory = await mkdtemp(join(tmpdir(), 'lemonade-imap-'))
    const store = await openStore(directory, { limits })
    await store.domains.add('example.org')
    return new TestImap(directory, store)
  }

  async stop(): Promise<void> {
    for (const service of this.#services) await service.stop(1_000)
    await this.#conversions?.converter.close()
    await this.store.close()
    await rm(this.#directory, { recursive: true, force: true })
  }

  /** Another server on the same store; it stops with the others. */
  async serve(options: Partial<ImapOptions> = {}): Promise<Service> {
    const service = await serveImap({
      store: this.store,
      auth: this.auth,
      tls: tls.source,
      listen: { imap: [{ host: '127.0.0.1', port: 0 }], imaps: [{ host: '127.0.0.1', port: 0 }] },
      hostname: 'imap.example.org',
      limits: defaultImapLimits,
      log: silentLog,
      metrics: noMetrics,
      ...options,
    })
    this.#services.push(service)
    return service
  }

  /** What a client must know of a server with these options; one is started for each that differs. */
  async server(
    limits: Partial<ImapLimits> = {},
    allowPlaintext: 'never' | 'loopback' = 'loopback',
    utf8: 'accept' | 'only' = 'accept',
    runsScripts = false,
    converts = false,
  ): Promise<Server> {
    const key = JSON.stringify([limits, allowPlaintext, utf8, runsScripts, converts])
    let server = this.#servers.get(key)
    if (server === undefined) {
      const auth = openAuth({ store: this.store, allowPlaintext, limits: patientLimits })
      const scripts = runsScripts ? { mailboxScripts: this.#mailboxScripts() } : {}
      const conversions = converts ? { conversions: this.conversions() } : {}
      server = serverOf(
        await this.serve({ auth, utf8, limits: { ...defaultImapLimits, ...limits }, ...scripts, ...conversions }),
      )
      this.#servers.set(key, server)
    }
    return server
  }

  /** One converter for all that convert; programs beside the libraries are another test's. */
  conversions(): StoredConversions {
    const programs = { ffmpeg: false, pdftohtml: false, pdftoppm: false, pdftotext: false, soffice: false } as const
    this.#conversions ??= new StoredConversions(this.store, startConverter({ programs }))
    return this.#conversions
  }

  /** Scripts that have run before a command ends, so that transcripts can tell what comes of them. */
  #mailboxScripts(): NonNullable<ImapOptions['mailboxScripts']> {
    const scripts = new EventScripts({
      ...{ store: this.store, hostname: 'imap.example.org', delimiter: '+', queueSeconds: 60, messageOctets: 1e6 },
      files: new ScriptFiles(),
      contentTests: noContentTests,
      sieveLimits: defaultSieveLimits,
      limits: defaultEventLimits,
      version: '1',
      log: silentLog,
    })
    const happened = async (event: Parameters<EventScripts['happened']>[0]) => {
      await scripts.happened(event)
      await scripts.settled()
    }
    return { url: 'sieve://sieve.example.com', happened }
  }

  /** A fresh account; answers its name. */
  async account(): Promise<string> {
    const name = `user${++this.#accounts}@example.org`
    const { id } = await this.store.accounts.add({ name })
    await this.auth.setPassword(id, password)
    return name
  }

  async mailbox(account: string, name: string): Promise<MailboxId> {
    const owner = await this.store.accounts.find(account)
    assert.ok(owner)
    const found = await this.store.mailboxes.find(owner.id, name)
    return (found ?? (await this.store.mailboxes.create(owner.id, name))).id
  }

  /** Takes away what every account has from its beginning. */
  async #onlyInbox(account: string): Promise<void> {
    const owner = await this.store.accounts.find(account)
    assert.ok(owner)
    for (const { name } of await this.store.mailboxes.list(owner.id)) {
      if (name !== 'INBOX') await this.store.mailboxes.remove(owner.id, name)
    }
    for (const name of await this.store.mailboxes.subscriptions(owner.id)) {
      await this.store.mailboxes.unsubscribe(owner.id, name)
    }
  }

  async append(account: string, mailbox: string, octets: Uint8Array, flags: readonly string[] = []): Promise<void> {
    const writer = this.store.contents.writer({ limitOctets: 1e8 })
    await writer.write(octets)
    const internalDate = Date.UTC(1996, 6, 17, 9, 44, 25)
    const content = await writer.finish()
    await this.store.messages.append(await this.mailbox(account, mailbox), [{ content, flags, internalDate }])
  }

  /** Plays a transcript with accounts of its own, of which nothing is left for the next. */
  async play(transcript: Transcript): Promise<void> {
    const others = new Set((await this.store.accounts.list()).map(({ id }) => id))
    try {
      const account = await this.account()
      await play(transcript, await this.#scene(account, transcript.setup))
    } finally {
      for (const { id } of await this.store.accounts.list()) if (!others.has(id)) await this.store.accounts.remove(id)
    }
  }

  async #scene(account: string, setup: readonly string[]): Promise<Scene> {
    const prologue: string[] = []
    const prologues = new Map<number, readonly string[]>()
    const others: Record<string, string> = {}
    let limits: Partial<ImapLimits> = {}
    let policy: 'never' | 'loopback' = 'loopback'
    let utf8: 'accept' | 'only' = 'accept'
    let runsScripts = false
    let converts = false
    for (const clause of setup) {
      const limit = /^limit (\w+) = ([\d.]+)$/.exec(clause)
      const other = /^C(\d+) as (\w+)$/.exec(clause)
      if (other) {
        const name = await this.account()
        others[other[2] as string] = name
        prologues.set(Number(other[1]), [`LOGIN ${name} "${password}"`])
        if (other[2] === 'administrator') await this.#makeAdministrator(name)
      } else if (clause === 'as alice') prologue.push(`LOGIN ${account} "${password}"`)
      else if (clause === 'UTF-8 only') utf8 = 'only'
      else if (clause.startsWith('given script')) {
        runsScripts = true
        await this.#script(account, clause.replace(/^given scripts? ?/, ''))
      } else if (clause === 'with a converter') converts = true
      else if (clause === 'under TLS') prologue.unshift('STARTTLS')
      else if (clause === 'plaintext never') policy = 'never'
      else if (limit) limits = { ...limits, [limit[1] as string]: Number(limit[2]) }
      else if (/^(SELECT|EXAMINE|ENABLE) /.test(clause)) prologue.push(clause)
      else await this.#given(account, clause)
    }
    return {
      server: await this.server(limits, policy, utf8, runsScripts, converts),
      prologue,
      prologues,
      names: {
        ...others,
        account,
        password,
        length: `${account.length}`,
        user: account.replace(/@.*/, ''),
      },
    }
  }

  async #makeAdministrator(name: string): Promise<void> {
    const account = await this.store.accounts.find(name)
    assert.ok(account)
    await this.store.accounts.setAdministrator(account.id, true)
  }

  /** `STORAGE 5 MESSAGE 7`, in the units of RFC 9208 §5; what is not named is not limited. */
  async #limit(name: string, clause: string): Promise<void> {
    const account = await this.store.accounts.find(name)
    assert.ok(account)
    const limit = (resource: string, unit: number) => {
      const found = new RegExp(`${resource} (\\d+)`).exec(clause)
      return found === null ? null : Number(found[1]) * unit
    }
    await this.store.quotas.set(account.id, { octets: limit('STORAGE', 1024), messages: limit('MESSAGE', 1) })
  }

  /** `given script tag`, one of the folder's; `given scripts` for none. */
  async #script(name: string, script: string): Promise<void> {
    if (script === '') return
    const account = await this.store.accounts.find(name)
    assert.ok(account)
    const source = await readFile(new URL(`IMAPSIEVE/${script}.sieve`, import.meta.url), 'utf8')
    await this.store.scripts.put(account.id, script, source, { scripts: 10, octets: 10_000 })
  }

  /** A shared entry of the server, for every account; it stays for the transcripts that follow. */
  async #sharedEntry(name: string, value: string): Promise<void> {
    await this.store.metadata.set({ mailbox: null, account: serverAccount }, [{ name, value: Buffer.from(value) }])
  }

  /** `given INBOX = a.eml (\Seen)`, `given INBOX: 3 messages (\Seen)`, `given mailbox a/b`, `given nothing but INBOX` */
  async #given(account: string, clause: string): Promise<void> {
    if (clause === 'given nothing but INBOX') return this.#onlyInbox(account)
    const entry = /^given the server's (\S+) = (.+)$/.exec(clause)
    if (entry) return this.#sharedEntry(entry[1] as string, entry[2] as string)
    if (clause.startsWith('given quota ')) return this.#limit(account, clause)
    const only = /^given mailbox (\S+)$/.exec(clause)
    if (only) {
      await this.mailbox(account, only[1] as string)
      return
    }
    const match = /^given (\S+?)(?:: (\d+) messages?| = (\S+))(?: \(([^)]*)\))?$/.exec(clause)
    assert.ok(match, `what is "${clause}"?`)
    const [, mailbox = '', count, file, flags = ''] = match
    const list = flags === '' ? [] : flags.split(' ')
    if (file !== undefined) return this.append(account, mailbox, await message(file), list)
    for (let number = 1; number <= Number(count); number++) {
      await this.append(account, mailbox, simpleMessage(number), list)
    }
  }
}

/** Where a client finds a service, in the clear. */
export function serverOf(service: Service, listener = 'imap'): Server {
  const endpoint = service.endpoints[listener]?.[0]
  assert.ok(endpoint)
  return { ...endpoint, certificate: tls.certificate }
}

/** A message of the folder beside this file, with the line ends of the network. */
export async function message(file: string): Promise<Uint8Array> {
  const text = await readFile(new URL(file, messagesFolder), 'utf8')
  return Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'))
}

function simpleMessage(number: number): Uint8Array {
  return Buffer.from(
    `From: Fred Foobar <foobar@Blurdybloop.COM>\r\nSubject: message ${number}\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\n\r\nBody ${number}\r\n`,
  )
}
