/**
 * Commands of every capability, whole and spoilt, in the mouth of a session that others interfere with: none is a bug or
 * stays without an answer, and at the end the session believes what a fresh one finds.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import { type Log, silentLog } from '@lemonade/net'
import type { AccountId, Mailbox, MailboxId, Uid } from '@lemonade/store'
import fc from 'fast-check'
import { allTables } from '../../packages/imap/src/testing.ts'
import { Client, type Server } from '../support/player.ts'
import { message, password, serverOf, TestImap } from '../transcripts/server.ts'
import { Believer } from './believer.ts'
import { templates, vocabulary } from './commands.ts'
import { DeflatingProxy } from './deflating-proxy.ts'

let imap: TestImap
const bugs: unknown[] = []
const log: Log = { ...silentLog, error: (...words: unknown[]) => void bugs.push(words), child: () => log }
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

/** A command as its words; a literal is one word with its octets, and is never torn: what it announces must come. */
type Words = readonly string[]

const split = (command: string): Words => command.match(/~?\{\d+\+\}\r\n[\s\S]*?(?= \(|$)|[^ ]+| /g) ?? []

const spoil: fc.Arbitrary<(words: Words) => Words> = fc.oneof(
  fc.nat().map(at => (words: Words) => words.toSpliced(at % words.length, 1)),
  fc.nat().map(at => (words: Words) => words.toSpliced(at % words.length, 0, words[at % words.length] as string)),
  fc.tuple(fc.nat(), fc.constantFrom(...vocabulary)).map(
    ([at, word]) =>
      (words: Words) =>
        words.toSpliced(at % (words.length + 1), 0, ' ', word, ' '),
  ),
  fc.tuple(fc.nat(), fc.constantFrom(...vocabulary)).map(
    ([at, word]) =>
      (words: Words) =>
        words.toSpliced(at % words.length, 1, word),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(
    ([a, b]) =>
      (words: Words) =>
        words.with(a % words.length, words[b % words.length] as string),
  ),
  fc
    .tuple(
      fc.nat(),
      fc.nat(),
      fc.constantFrom('', '(', ')', '"', '\\', '*', '0', '4294967296', ',', ':', '[', '\u0001', 'é'),
    )
    .map(([at, place, character]) => (words: Words) => {
      const word = words[at % words.length] as string
      if (word.includes('\n')) return words
      const cut = place % (word.length + 1)
      return words.with(at % words.length, word.slice(0, cut) + character + word.slice(cut + (place % 2)))
    }),
)

/** Half of the commands are as they should be; of the others the first steps already lead nowhere. */
const command = fc
  .tuple(fc.constantFrom(...templates), fc.array(spoil, { maxLength: 3 }), fc.boolean())
  .map(([template, spoils, isWhole]) => {
    const words = isWhole
      ? split(template)
      : spoils.reduce<Words>((so, one) => (so.length === 0 ? so : one(so)), split(template))
    return words.join('')
  })

/** What somebody else does meanwhile. */
const interference = fc.constantFrom('nothing', 'nothing', 'append', 'flag', 'delete', 'expunge')

/** One session, and which mailbox it believes to have selected. */
class Fuzzed {
  readonly believer: Believer
  readonly #account: AccountId
  readonly #login: string
  selected: string | null = null
  isOver = false
  /** Commands by how they ended. */
  static readonly ends = { OK: 0, NO: 0, BAD: 0 }

  private constructor(believer: Believer, account: AccountId, login: string) {
    this.believer = believer
    this.#account = account
    this.#login = login
  }

  static async open(server: Server, account: AccountId, login: string, isCompressed: boolean): Promise<Fuzzed> {
    const one = new Fuzzed(Believer.through('fuzzed', await Client.open(server)), account, login)
    if (isCompressed) {
      await one.believer.say(login)
      await one.believer.say('COMPRESS DEFLATE')
      await one.attempt('SELECT INBOX')
    } else await one.begin()
    return one
  }

  async begin(): Promise<void> {
    await this.believer.say(this.#login)
    await this.attempt('SELECT INBOX')
  }

  async attempt(command: string): Promise<void> {
    const { believer } = this
    const from = believer.heard.length
    const tagged = await believer.attempt(command, /^IDLE\b/i.test(command) ? 'DONE' : '*')
    assert.doesNotMatch(tagged, /SERVERBUG/, command)
    Fuzzed.ends[/^\S+ (OK|NO|BAD)/.exec(tagged)?.[1] as 'OK']++
    const said = believer.heard.slice(from)
    const isOk = /^\S+ OK/.test(tagged)
    const verb = /^[a-z]+/i.exec(command)?.[0].toUpperCase() ?? ''
    if (said.some(line => line.startsWith('* OK [CLOSED]'))) this.selected = null
    if ((verb === 'SELECT' || verb === 'EXAMINE') && isOk) {
      this.selected = said.map(line => /^\* OK \[MAILBOXID \((\w+)\)\]/.exec(line)?.[1]).find(id => id) ?? assert.fail()
    }
    if (((verb === 'CLOSE' || verb === 'UNSELECT' || verb === 'UNAUTHENTICATE') && isOk) || (await this.#isDeleted())) {
      this.selected = null
      believer.messages = []
    }
    if (verb === 'NOTIFY' && isOk) believer.hearsExpunges = /\(selected /i.test(command)
    if (verb === 'UNAUTHENTICATE' && isOk) await this.begin()
    if (verb === 'LOGOUT' && isOk) this.isOver = true
  }

  async #isDeleted(): Promise<boolean> {
    return this.selected !== null && (await this.mailbox()) === undefined
  }

  /** The mailbox that it has selected. */
  async mailbox(): Promise<Mailbox | undefined> {
    const all = await imap.store.mailboxes.list(this.#account)
    return all.find(one => one.mailboxId === this.selected)
  }

  /** Hears all that it may not have been told, and compares. */
  async compare(server: Server): Promise<void> {
    const { believer } = this
    believer.hearsExpunges = true
    await believer.attempt('NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))')
    await believer.attempt('NOOP')
    const mailbox = await this.mailbox()
    if (mailbox === undefined) {
      assert.match(await believer.attempt('CHECK'), / BAD /)
      return
    }
    const fresh = await Believer.open('fresh', server)
    await fresh.say(this.#login)
    await fresh.say(`EXAMINE "${mailbox.name}"`)
    await fresh.say('UID FETCH 1:* FLAGS')
    const truth = new Map(fresh.messages.map(({ uid, flags }) => [uid, flags]))
    assert.equal(believer.messages.length, fresh.messages.length, 'how many messages there are')
    const hasNumbers = !believer.heard.some(line => /^\* ENABLED.* UIDONLY/.test(line))
    for (const [at, { uid, flags }] of believer.messages.entries()) {
      if (uid === null) continue
      if (hasNumbers) assert.equal(uid, fresh.messages[at]?.uid, `message ${at + 1}`)
      assert.ok(truth.has(uid), `UID ${uid}`)
      if (flags !== null) assert.equal(flags, truth.get(uid), `flags of UID ${uid}`)
    }
    fresh.close()
  }
}

async function interfere(how: string, mailbox: MailboxId): Promise<void> {
  const { messages } = imap.store
  const { uids } = await messages.changesSince(mailbox, 0 as never)
  const some = Array.from(uids.slice(0, 2), uid => ({ first: uid as Uid, last: uid as Uid })).slice(0, 1)
  if (how === 'flag') await messages.storeFlags(mailbox, some, { mode: 'add', flags: ['$Work'] })
  if (how === 'delete') await messages.storeFlags(mailbox, some, { mode: 'add', flags: ['\\Deleted'] })
  if (how === 'expunge') await messages.expunge(mailbox, [{ first: 1 as Uid, last: 4_294_967_295 as Uid }])
}

const limits = { ...defaultImapLimits, imapBadCommands: 1e6, imapLoginAttempts: 1e6 }

for (const isCompressed of [false, true]) {
  test(`commands of every capability, ${isCompressed ? 'compressed' : 'in the clear'}`, async t => {
    // Who leaves the layer by UNAUTHENTICATE leaves the proxy behind.
    const own = { ...limits, imapUnauthentications: isCompressed ? 0 : 1_000 }
    const service = await imap.serve({ log, limits: own, conversions: imap.conversions() })
    const server = serverOf(service)
    const proxy = isCompressed ? await DeflatingProxy.open(server) : null
    const files = ['rfc3501.eml', 'search.eml']
    const run = await fc.check(
      fc.asyncProperty(
        fc.array(fc.tuple(command, interference), { minLength: 20, maxLength: 40, size: 'max' }),
        async said => {
          const account = await imap.account()
          const { id } = (await imap.store.accounts.find(account)) ?? assert.fail()
          for (const file of [...files, ...files]) await imap.append(account, 'INBOX', await message(file))
          const login = `LOGIN ${account} "${password}"`
          const open = () => Fuzzed.open(proxy?.server ?? server, id, login, isCompressed)
          let fuzzed = await open()
          for (const [text, how] of said) {
            try {
              if (how === 'append') await imap.append(account, 'INBOX', Buffer.from('Subject: x\r\n\r\nx'))
              else {
                const mailbox = await fuzzed.mailbox()
                if (mailbox) await interfere(how, mailbox.id)
              }
              await fuzzed.attempt(text)
            } catch (error) {
              throw new Error(`${JSON.stringify(text)}\n${fuzzed.believer.heard.slice(-30).join('\n')}`, {
                cause: error,
              })
            }
            assert.deepEqual(bugs, [], text)
            if (fuzzed.isOver) fuzzed = await open()
          }
          try {
            await fuzzed.compare(server)
          } catch (error) {
            throw new Error(fuzzed.believer.heard.slice(-80).join('\n'), { cause: error })
          }
          fuzzed.believer.close()
        },
      ),
      {
        seed: 9051,
        numRuns: 12,
        endOnFailure: true,
      },
    )
    proxy?.close()
    if (run.failed) throw run.errorInstance
    t.diagnostic(JSON.stringify(Fuzzed.ends))
  })
}

test('there is a template for every command', () => {
  // Before login there is no session to keep in step, and whoever compresses has done so at its beginning.
  const others = ['STARTTLS', 'LOGIN', 'AUTHENTICATE', 'COMPRESS']
  for (const name of allTables.commands.keys()) {
    if (others.includes(name)) continue
    const isThere = templates.some(template => template === name || template.startsWith(`${name} `))
    assert.ok(isThere || (name.startsWith('UID ') && allTables.commands.has(name.slice(4))), name)
  }
})
