/**
 * Ten sessions of every kind change one mailbox at once: at the end of each bout every one of them believes what a simple
 * reference says there is, having been told of it and not having asked.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import type { MailboxId, Store } from '@lemonade/store'
import fc from 'fast-check'
import type { Server } from '../support/player.ts'
import { password, serverOf, TestImap } from '../transcripts/server.ts'
import { Believer, type Known } from './believer.ts'
import { Reference } from './reference.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

interface Kind {
  readonly name: string
  /** Said before SELECT, and after it. */
  readonly enable?: string
  readonly notify?: string
  /** How it names messages. */
  readonly by: 'number' | 'uid' | 'both'
  /** It hears by itself, between its commands. */
  readonly hears?: 'in IDLE' | 'always'
  /** It hears only when it says NOTIFY again. */
  readonly isFrozen?: true
}

const kinds: readonly Kind[] = [
  { name: 'plain 1', by: 'both' },
  { name: 'plain 2', by: 'number' },
  { name: 'CONDSTORE', enable: 'CONDSTORE', by: 'both' },
  { name: 'QRESYNC 1', enable: 'QRESYNC', by: 'both' },
  { name: 'QRESYNC 2', enable: 'QRESYNC', by: 'uid', hears: 'in IDLE' },
  { name: 'IDLE', by: 'both', hears: 'in IDLE' },
  {
    name: 'NOTIFY',
    by: 'uid',
    hears: 'always',
    notify: 'NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))',
  },
  {
    name: 'NOTIFY, delayed',
    by: 'both',
    notify: 'NOTIFY SET (selected-delayed (MessageNew (UID FLAGS) MessageExpunge FlagChange))',
  },
  { name: 'NOTIFY, frozen', by: 'both', notify: 'NOTIFY SET (selected NONE)', isFrozen: true },
  {
    name: 'UIDONLY',
    enable: 'UIDONLY QRESYNC',
    by: 'uid',
    hears: 'always',
    notify: 'NOTIFY SET (selected (MessageNew (FLAGS) MessageExpunge FlagChange))',
  },
]

/** A command in the mouth of a session; null where it makes no sense for it. */
type Make = (kind: Kind, known: readonly Known[]) => string | null

const flag = fc.constantFrom('\\Seen', '\\Flagged', '\\Deleted', '\\Deleted', '\\Answered', '$Work')
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })

/** A range of the messages that the session knows, by number or by UID. */
const ranged = (make: (set: string) => string): fc.Arbitrary<Make> =>
  fc.tuple(place, place, fc.boolean()).map(([a, b, prefersUid]) => (kind, known) => {
    const [first, last] = [Math.min(a, b), Math.min(Math.max(a, b), Math.min(a, b) + 0.3)]
    const at = (share: number) => Math.floor(share * known.length)
    if (known.length === 0) return null
    if (kind.by === 'number' || (kind.by === 'both' && !prefersUid)) return make(`${at(first) + 1}:${at(last) + 1}`)
    const uids = known.map(one => one.uid ?? 0)
    const [from, to] = [uids[at(first)] || 1, uids[at(last)] || 9]
    return `UID ${make(`${Math.min(from, to)}:${Math.max(from, to)}`)}`
  })

const change = fc
  .tuple(fc.constantFrom('+', '-', ''), flag)
  .map(([sign, one]) => ({ plain: `${sign}FLAGS (${one})`, silent: `${sign}FLAGS.SILENT (${one})` }))

const always =
  (command: string): Make =>
  () =>
    command
const step: fc.Arbitrary<Make> = fc.oneof(
  { weight: 12, arbitrary: change.chain(({ plain }) => ranged(set => `STORE ${set} ${plain}`)) },
  // Who is told of other changes meanwhile cannot know which of them came first.
  {
    weight: 3,
    arbitrary: change.chain(({ silent }) =>
      ranged(set => `STORE ${set} ${silent}`).map(
        (make): Make =>
          (kind, known) =>
            kind.hears === 'always' ? null : make(kind, known),
      ),
    ),
  },
  { weight: 4, arbitrary: ranged(set => `FETCH ${set} (UID FLAGS)`) },
  { weight: 2, arbitrary: ranged(set => `FETCH ${set} (UID BODY[TEXT])`) },
  { weight: 3, arbitrary: ranged(set => `COPY ${set} INBOX`) },
  { weight: 2, arbitrary: ranged(set => `COPY ${set} Trash`) },
  { weight: 2, arbitrary: ranged(set => `MOVE ${set} Trash`) },
  {
    weight: 2,
    arbitrary: ranged(set => `SEARCH ${set}`).map(
      (make): Make =>
        (kind, known) =>
          make(kind, known)?.replace('UID SEARCH', 'UID SEARCH UID') ?? null,
    ),
  },
  {
    weight: 2,
    arbitrary: ranged(set => `EXPUNGE ${set}`).map(
      (make): Make =>
        (kind, known) => {
          const made = make(kind, known)
          return made?.startsWith('UID ') ? made : null
        },
    ),
  },
  {
    weight: 10,
    arbitrary: fc.constantFrom<Make>(
      always('EXPUNGE'),
      always('NOOP'),
      always('CHECK'),
      always('UID SEARCH DELETED'),
      always('RECONNECT'),
      always('APPEND INBOX {15+}\r\nSubject: x\r\n\r\nx'),
      always('APPEND INBOX (\\Flagged) {15+}\r\nSubject: y\r\n\r\ny'),
      always('APPEND INBOX (\\Seen $Work) {15+}\r\nSubject: z\r\n\r\nz {15+}\r\nSubject: z\r\n\r\nz'),
    ),
  },
)

/** A session of a kind, which idles whenever it has nothing to say. */
class Session {
  readonly kind: Kind
  readonly believer: Believer
  readonly #server: Server
  readonly #login: string

  private constructor(kind: Kind, believer: Believer, server: Server, login: string) {
    this.kind = kind
    this.believer = believer
    this.#server = server
    this.#login = login
  }

  static async open(kind: Kind, server: Server, login: string): Promise<Session> {
    const session = new Session(kind, await Believer.open(kind.name, server), server, login)
    const { believer } = session
    for (const command of session.#prologue) await believer.say(command)
    await believer.say('SELECT INBOX')
    await believer.say(kind.by === 'uid' ? 'UID FETCH 1:* FLAGS' : 'FETCH 1:* (UID FLAGS)')
    if (kind.notify) await believer.say(kind.notify)
    if (kind.hears === 'in IDLE') await believer.idle()
    return session
  }

  get #prologue(): string[] {
    return [this.#login, ...(this.kind.enable ? [`ENABLE ${this.kind.enable}`] : [])]
  }

  async do(make: Make): Promise<void> {
    const { kind, believer } = this
    const command = make(kind, believer.messages)
    if (command === null) return
    if (kind.hears === 'in IDLE') await believer.done()
    if (command === 'RECONNECT') await this.#reconnect()
    else await believer.say(command)
    if (kind.hears === 'in IDLE') await believer.idle()
  }

  async #reconnect(): Promise<void> {
    const { kind, believer } = this
    if (!kind.enable?.includes('QRESYNC') || kind.enable.includes('UIDONLY')) return
    // What it keeps is whole only when it has asked for what it was told of by number alone.
    await this.fill()
    await believer.reconnect(this.#server, this.#prologue)
  }

  /** Asks for what it was told to be there and for nothing else. */
  async fill(): Promise<void> {
    const { kind, believer } = this
    const unknown = () => believer.messages.some(one => one.uid === null || one.flags === null)
    while (unknown()) {
      const hole = believer.messages.findIndex(one => one.uid === null || one.flags === null)
      if (kind.by === 'uid') await believer.say('UID FETCH 1:* FLAGS')
      else await believer.say(`FETCH ${hole + 1} (UID FLAGS)`)
      // Expunges that wait may have taken it.
      if (unknown()) await believer.say('NOOP')
    }
  }

  /** Learns what has happened: by waiting where it hears by itself, else by one word. */
  async learn(truth: readonly Known[]): Promise<void> {
    const { kind, believer } = this
    if (kind.hears) {
      await believer.until(
        () => agrees(kind, believer.messages, truth),
        () => `${kind.name} believes ${print(believer.messages)}, and there is ${print(truth)}`,
      )
      return
    }
    await believer.say(kind.isFrozen ? (kind.notify as string) : 'NOOP')
    assert.ok(
      agrees(kind, believer.messages, truth),
      `${kind.name} believes ${print(believer.messages)}, and there is ${print(truth)}\n${believer.heard.slice(-40).join('\n')}`,
    )
  }
}

/** What it was not told does not contradict. Without numbers it cannot know where that is. */
function agrees({ enable }: Kind, believed: readonly Known[], truth: readonly Known[]): boolean {
  const byUid = new Map(truth.map(one => [one.uid, one]))
  const hasNumbers = !enable?.includes('UIDONLY')
  const isRight = ({ uid, flags }: Known, at: number): boolean => {
    const there = uid === null ? truth[at] : byUid.get(uid)
    if (there === undefined || (hasNumbers && there !== truth[at])) return false
    return flags === null || uid === null || flags === there.flags
  }
  return believed.length === truth.length && believed.every(isRight)
}

function print(messages: readonly Known[]): string {
  return messages.map(({ uid, flags }) => `${uid}(${flags})`).join(' ')
}

test('ten sessions that change one mailbox at once believe what there is', async t => {
  const round = fc.array(fc.tuple(fc.nat({ max: kinds.length - 1 }), step), { minLength: 4, maxLength: 10 })
  const bout = fc.array(round, { minLength: 5, maxLength: 8, size: 'max' })
  let changes = 0
  let said = 0
  const run = await fc.check(
    fc.asyncProperty(fc.array(bout, { minLength: 6, maxLength: 10, size: 'max' }), async bouts => {
      const account = await imap.account()
      const mailbox = await imap.mailbox(account, 'INBOX')
      const reference = new Reference()
      const store = reference.watch(imap.store)
      const service = await imap.serve({ store, limits: defaultImapLimits })
      const login = `LOGIN ${account} "${password}"`
      await fill(store, mailbox, 12)
      const sessions = await Promise.all(kinds.map(kind => Session.open(kind, serverOf(service), login)))
      for (const rounds of bouts) {
        for (const commands of rounds) {
          const turns = new Map(commands)
          said += turns.size
          await Promise.all([...turns].map(([index, make]) => (sessions[index] as Session).do(make)))
        }
        const truth = reference.state(mailbox)
        await Promise.all(sessions.map(session => session.learn(truth)))
      }
      changes += reference.done
      for (const { believer } of sessions) believer.close()
    }),
    { seed: 5550, numRuns: 12, endOnFailure: true },
  )
  // What failed says more than the random steps that led there, which the seed gives again.
  if (run.failed) throw run.errorInstance
  assert.ok(said > 3_000 && changes > 1_000, `${said} commands made ${changes} changes`)
  t.diagnostic(`${said} commands made ${changes} changes`)
})

async function fill(store: Store, mailbox: MailboxId, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const writer = store.contents.writer({ limitOctets: 1e6 })
    await writer.write(Buffer.from(`Subject: ${i}\r\n\r\n${i}`))
    await store.messages.append(mailbox, [{ content: await writer.finish(), flags: i % 3 === 0 ? ['\\Seen'] : [] }])
  }
}
