/**
 * Several sessions change one mailbox at once; each is compared with what its client must believe (RFC 3501 §7).
 *
 * The model of a client knows only the responses: EXISTS adds, EXPUNGE removes, FETCH tells. Numbers must always fit,
 * no expunge may come during FETCH, STORE or SEARCH by number, and in the end everybody believes the truth.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

interface Known {
  uid: number | null
  flags: string | null
}

const notTold = /^(FETCH|STORE|SEARCH)\b/
/** What the client may believe of flags. */
const flagsOf = (list: string) =>
  list
    .split(' ')
    .filter(flag => flag !== '' && flag !== '\\Recent')
    .sort()
    .join(' ')

class Model {
  readonly client: Client
  readonly messages: Known[] = []
  #tag = 0

  constructor(client: Client) {
    this.client = client
  }

  async say(command: string): Promise<void> {
    const tag = `t${++this.#tag}`
    const silent = /^(UID )?STORE (\S+) ([+-]?)FLAGS\.SILENT \(([^)]*)\)/.exec(command)
    const before = silent ? this.#chosen(silent[2] as string, silent[1] !== undefined) : []
    if (silent) for (const known of before) known.flags = changed(known.flags, silent[3] as string, silent[4] as string)
    this.client.send(`${tag} ${command}\r\n`)
    for (;;) {
      const response = await this.client.response()
      assert.ok(response !== null, `closed during ${command}`)
      if (response.startsWith(`${tag} `)) {
        assert.match(response, / (OK|NO) /, `${command}: ${response}`)
        return
      }
      this.#learn(response, command)
    }
  }

  #chosen(set: string, byUid: boolean): Known[] {
    const [first, last] = set.split(':').map(Number) as [number, number]
    return this.messages.filter((known, i) => {
      const n = byUid ? (known.uid ?? 0) : i + 1
      return n >= first && n <= (last ?? first)
    })
  }

  #learn(response: string, command: string): void {
    const count = /^\* (\d+) EXISTS$/.exec(response)
    const gone = /^\* (\d+) EXPUNGE$/.exec(response)
    const told = /^\* (\d+) FETCH \((.*)\)$/.exec(response)
    if (count) {
      assert.ok(Number(count[1]) >= this.messages.length, response)
      while (this.messages.length < Number(count[1])) this.messages.push({ uid: null, flags: null })
    } else if (gone) {
      assert.ok(!notTold.test(command), `${response} during ${command}`)
      assert.ok(Number(gone[1]) >= 1 && Number(gone[1]) <= this.messages.length, response)
      this.messages.splice(Number(gone[1]) - 1, 1)
    } else if (told) this.#fetched(Number(told[1]), told[2] as string, response)
  }

  #fetched(number: number, items: string, response: string): void {
    const known = this.messages[number - 1]
    assert.ok(known, `${response} with ${this.messages.length} messages`)
    const uid = /UID (\d+)/.exec(items)?.[1]
    if (uid !== undefined) {
      assert.ok(known.uid === null || known.uid === Number(uid), `${response}, but it was ${known.uid}`)
      known.uid = Number(uid)
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1]
    if (flags !== undefined) known.flags = flagsOf(flags)
  }
}

function changed(flags: string | null, mode: string, list: string): string | null {
  if (mode === '') return flagsOf(list)
  if (flags === null) return null
  const set = new Set(flags.split(' '))
  for (const flag of list.split(' ')) {
    if (mode === '+') set.add(flag)
    else set.delete(flag)
  }
  return flagsOf([...set].join(' '))
}

const flag = fc.constantFrom('\\Seen', '\\Flagged', '\\Deleted', '\\Answered', '$Work')
const number = fc.integer({ min: 1, max: 12 })

/** A command for a client that knows `count` messages; null where it makes no sense now. */
type Make = (count: number) => string | null

const inRange = (make: (set: string) => string) =>
  fc.tuple(number, number).map(
    ([a, b]): Make =>
      count =>
        count === 0
          ? null
          : make(
              `${Math.min((Math.min(a, b) - 1) % count, (Math.max(a, b) - 1) % count) + 1}:${Math.max((a - 1) % count, (b - 1) % count) + 1}`,
            ),
  )
const byUid = (make: (set: string) => string) =>
  fc.tuple(number, number).map(
    ([a, b]): Make =>
      () =>
        make(`${Math.min(a, b)}:${Math.max(a, b)}`),
  )
const sign = fc.constantFrom('+', '-', '')
const silence = fc.constantFrom('', '.SILENT')
const store = fc.tuple(sign, silence, flag).map(([s, q, f]) => `${s}FLAGS${q} (${f})`)

const step: fc.Arbitrary<Make> = fc.oneof(
  { weight: 8, arbitrary: store.chain(change => inRange(set => `STORE ${set} ${change}`)) },
  { weight: 6, arbitrary: store.chain(change => byUid(set => `UID STORE ${set} ${change}`)) },
  { weight: 4, arbitrary: inRange(set => `FETCH ${set} (UID FLAGS)`) },
  { weight: 2, arbitrary: byUid(set => `UID FETCH ${set} FLAGS`) },
  { weight: 2, arbitrary: inRange(set => `FETCH ${set} (UID BODY[TEXT])`) },
  { weight: 1, arbitrary: inRange(set => `COPY ${set} INBOX`) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      byUid(set => `UID MOVE ${set} Trash`),
      inRange(set => `MOVE ${set} Trash`),
    ),
  },
  { weight: 1, arbitrary: byUid(set => `UID EXPUNGE ${set}`) },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Make>(
      () => 'EXPUNGE',
      () => 'NOOP',
      () => 'CHECK',
      () => 'SEARCH ALL',
      () => 'UID SEARCH DELETED',
      () => 'APPEND INBOX {15+}\r\nSubject: x\r\n\r\nx',
      () => 'APPEND INBOX (\\Flagged) {15+}\r\nSubject: y\r\n\r\ny',
      () => 'APPEND INBOX (\\Seen $Work) {15+}\r\nSubject: z\r\n\r\nz',
    ),
  },
)

test('sessions that change one mailbox at once all end up with the truth', async () => {
  const sessions = 4
  // A round is what the sessions say at the same time.
  const round = fc.array(fc.tuple(fc.integer({ min: 0, max: sessions - 1 }), step), {
    minLength: 1,
    maxLength: sessions,
  })
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 20, maxLength: 60, size: 'max' }), async rounds => {
      const account = await imap.account()
      for (let i = 0; i < 5; i++) await imap.append(account, 'INBOX', Buffer.from(`Subject: ${i}\r\n\r\n${i}`))
      const server = await imap.server()
      const models: Model[] = []
      for (let i = 0; i < sessions; i++) {
        const model = new Model(await Client.open(server))
        models.push(model)
        await model.say(`LOGIN ${account} "${password}"`)
        if (i === 0) await model.say('ENABLE CONDSTORE')
        await model.say('SELECT INBOX')
        await model.say('FETCH 1:* (UID FLAGS)')
      }
      for (const [turn, said] of rounds.entries()) {
        const one = new Map(said)
        await Promise.all(
          [...one].map(async ([index, make]) => {
            const model = models[index] as Model
            const command = make(model.messages.length)
            if (command !== null) await model.say(command)
          }),
        )
        if (turn % 4 === 3) await agree(models)
      }
      await agree(models)
      for (const { client } of models) client.close()
    }),
    { seed: 2026, numRuns: 10 },
  )
})

/** Everybody catches up, without asking for what it was told already; then all must believe the same. */
async function agree(models: readonly Model[]): Promise<void> {
  for (const model of models) await model.say('NOOP')
  const beliefs = models.map(model => model.messages.map(known => ({ ...known })))
  for (const model of models) await model.say('UID FETCH 1:* FLAGS')
  for (const [index, model] of models.entries()) {
    assert.equal(model.messages.length, models[0]?.messages.length)
    assert.deepEqual(model.messages, models[0]?.messages)
    for (const [at, belief] of (beliefs[index] ?? []).entries()) {
      const truth = model.messages[at] as Known
      if (belief.uid !== null) assert.equal(belief.uid, truth.uid)
      if (belief.flags !== null) assert.equal(belief.flags, truth.flags, `session ${index}, message ${at + 1}`)
    }
  }
}
