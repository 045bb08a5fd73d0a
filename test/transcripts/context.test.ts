/**
 * A client that does to its list what ADDTO and REMOVEFROM say has, whenever it looks, what a fresh search finds
 * (RFC 5267 §4.3), whatever it and others do to the mailbox.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ImapLimits } from '@lemonade/imap'
import fc from 'fast-check'
import { extension } from '../../packages/imap/src/extension.ts'
import { extensions } from '../../packages/imap/src/extensions/index.ts'
import { Client, parseTranscript, play } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

/** What a client keeps for one of its searches. */
interface Result {
  /** The command without RETURN, to be asked afresh. */
  readonly command: string
  readonly search: string
  readonly list: number[]
}

/** A client that keeps results up to date from what it is told. */
class Keeper {
  readonly client: Client
  readonly results = new Map<string, Result>()
  exists = 0
  #tag = 0

  constructor(client: Client) {
    this.client = client
  }

  /** Says a command, learns from all that comes, and answers with the untagged responses. */
  async say(command: string): Promise<string[]> {
    const tag = `t${++this.#tag}`
    this.client.send(`${tag} ${command}\r\n`)
    const said: string[] = []
    for (;;) {
      const response = await this.client.response()
      assert.ok(response !== null, `closed during ${command}`)
      if (response.startsWith(`${tag} `)) {
        assert.match(response, /^\S+ (OK|NO) /, `${command}: ${response}`)
        return said
      }
      said.push(response)
      this.hear(response)
    }
  }

  /** Makes a search live. */
  async keep(command: string, search: string): Promise<void> {
    const tag = `t${this.#tag + 1}`
    const said = await this.say(`${command} RETURN (UPDATE ALL) ${search}`)
    const answer = said.find(line => line.startsWith(`* ESEARCH (TAG "${tag}")`) && !/ (ADDTO|REMOVEFROM) /.test(line))
    assert.ok(answer, said.join('\n'))
    const list = numbers(/ ALL (\S+)/.exec(answer)?.[1] ?? '')
    // What was told behind the answer, in the same command, belongs to it.
    const result = { command, search, list }
    this.results.set(tag, result)
    for (const line of said.slice(said.indexOf(answer) + 1)) if (line.includes(`"${tag}"`)) update(result, line)
  }

  async cancel(tag: string): Promise<void> {
    this.results.delete(tag)
    await this.say(`CANCELUPDATE "${tag}"`)
  }

  async compare(): Promise<void> {
    await this.say('NOOP')
    for (const { command, search, list } of [...this.results.values()]) {
      const kept = [...list]
      const said = await this.say(`${command} RETURN (ALL) ${search}`)
      const answer = said.find(line => /^\* ESEARCH /.test(line) && !/ (ADDTO|REMOVEFROM) /.test(line)) ?? ''
      assert.deepEqual(kept, numbers(/ ALL (\S+)/.exec(answer)?.[1] ?? ''), `${command} ${search}`)
    }
  }

  hear(response: string): void {
    const count = /^\* (\d+) EXISTS$/.exec(response)
    const gone = /^\* (\d+) EXPUNGE$/.exec(response)
    if (count) this.exists = Number(count[1])
    if (gone) {
      this.exists--
      for (const { command, list } of this.results.values())
        if (!command.startsWith('UID')) close(list, Number(gone[1]))
    }
    const tag = /^\* ESEARCH \(TAG "(\w+)"\).* (?:ADDTO|REMOVEFROM) /.exec(response)?.[1]
    const result = tag === undefined ? undefined : this.results.get(tag)
    if (result === undefined) return
    assert.equal(/\) UID /.test(response), result.command.startsWith('UID'), response)
    if (!result.command.startsWith('UID')) {
      for (const number of numbers([...response.matchAll(/ \(?\d+ ([\d:,]+)/g)].map(match => match[1]).join(',')))
        assert.ok(number <= this.exists, `${response}, but there are ${this.exists}`)
    }
    update(result, response)
  }
}

/** What was told of as gone must be in no list any more. */
function close(list: number[], gone: number): void {
  assert.ok(!list.includes(gone), `${gone} is expunged and was not removed`)
  for (const [at, number] of list.entries()) if (number > gone) list[at] = number - 1
}

function update({ list }: Result, response: string): void {
  for (const [, name, pairs = ''] of response.matchAll(/ (ADDTO|REMOVEFROM) \(([^)]*)\)/g)) {
    const words = pairs.split(' ')
    assert.equal(words.length % 2, 0, response)
    for (let at = 0; at < words.length; at += 2) {
      const position = Number(words[at])
      const set = numbers(words[at + 1] as string)
      if (name === 'ADDTO') {
        assert.ok(!set.some(one => list.includes(one)), `${response} adds again to ${list}`)
        if (position === 0) {
          list.push(...set)
          list.sort((a, b) => a - b)
        } else {
          assert.ok(position <= list.length + 1, response)
          list.splice(position - 1, 0, ...set)
        }
      } else if (position === 0) {
        for (const one of set) {
          assert.ok(list.includes(one), `${response} removes what is not in ${list}`)
          list.splice(list.indexOf(one), 1)
        }
      } else assert.deepEqual(list.splice(position - 1, set.length), set, response)
    }
  }
}

/** A sequence-set in its order; ranges ascend (RFC 5267 §3.2). */
function numbers(set: string): number[] {
  if (set === '') return []
  return set.split(',').flatMap(part => {
    const [first, last = first] = part.split(':').map(Number) as [number, number]
    assert.ok(last >= first, set)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

const flag = fc.constantFrom('\\Seen', '\\Flagged', '\\Deleted', '$Work')
const criteria = fc.constantFrom(
  'ALL',
  'UNSEEN',
  'FLAGGED UNDELETED',
  'OR KEYWORD $Work NOT SEEN',
  'UID 3:*',
  'UID *',
  'NOT UID 2:*',
  'SUBJECT a UNSEEN',
  'OR LARGER 70 FLAGGED',
  'NOT BODY lemon',
)
const order = fc.constantFrom('ARRIVAL', 'REVERSE ARRIVAL', 'SUBJECT', 'REVERSE FROM SUBJECT', 'SIZE REVERSE DATE')
const byUid = fc.constantFrom('UID ', '')
const search = fc.oneof(
  fc.record({ command: byUid.map(uid => `${uid}SEARCH`), search: criteria }),
  fc
    .tuple(byUid, order, criteria)
    .map(([uid, keys, what]) => ({ command: `${uid}SORT`, search: `(${keys}) UTF-8 ${what}` })),
)

const subject = fc.constantFrom('a', 'b', 'Re: a', 'c lemon', '')
const letter = fc
  .tuple(subject, fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 3 }), flag)
  .map(([about, from, length, mark]) => {
    const text = `Subject: ${about}\r\nFrom: ${from}@example\r\n\r\n${'lemon '.repeat(length)}\r\n`
    return `APPEND INBOX (${mark}) {${text.length}+}\r\n${text}`
  })
const some = fc.tuple(fc.integer({ min: 1, max: 14 }), fc.nat(3)).map(([first, more]) => `${first}:${first + more}`)
const change = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(some, fc.constantFrom('+', '-', ''), flag)
      .map(([set, sign, one]) => `UID STORE ${set} ${sign}FLAGS.SILENT (${one})`),
  },
  { weight: 2, arbitrary: letter },
  { weight: 1, arbitrary: fc.constant('EXPUNGE') },
  { weight: 1, arbitrary: some.map(set => `UID MOVE ${set} Trash`) },
  { weight: 1, arbitrary: some.map(set => `UID COPY ${set} INBOX`) },
)
type Step =
  | { readonly kind: 'mine' | 'theirs'; readonly command: string }
  | { readonly kind: 'keep'; readonly command: string; readonly search: string }
  | { readonly kind: 'cancel' | 'compare' | 'fetch' }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: change.map(command => ({ kind: 'mine' as const, command })) },
  { weight: 8, arbitrary: change.map(command => ({ kind: 'theirs' as const, command })) },
  { weight: 2, arbitrary: search.map(one => ({ kind: 'keep' as const, ...one })) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'fetch' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'compare' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'cancel' }) },
)

async function take(one: Step, mine: Keeper, theirs: Keeper): Promise<void> {
  switch (one.kind) {
    case 'mine':
      await mine.say(one.command)
      return
    case 'theirs':
      await theirs.say(one.command)
      return
    case 'keep':
      await mine.keep(one.command, one.search)
      return
    case 'cancel':
      for (const tag of [...mine.results.keys()].slice(0, 1)) await mine.cancel(tag)
      return
    case 'fetch':
      // It may not tell of expunges.
      if (mine.exists > 0) await mine.say('FETCH 1:* FLAGS')
      return
    case 'compare':
      return mine.compare()
  }
}

async function keeper(
  account: string,
  limits: Partial<ImapLimits> = {},
  prologue: readonly string[] = [],
): Promise<Keeper> {
  const one = new Keeper(await Client.open(await imap.server(limits)))
  for (const command of [`LOGIN ${account} "${password}"`, ...prologue, 'SELECT INBOX']) await one.say(command)
  return one
}

for (const [name, prologue, isAsked] of [
  ['what it keeps', [], () => true],
  ['what it keeps by UID beside VANISHED', ['ENABLE QRESYNC'], (uid: string) => uid.startsWith('UID')],
] as const) {
  test(`a client has ${name} as a fresh search finds it`, async () => {
    const steps = fc.array(step, { minLength: 30, maxLength: 80, size: 'max' })
    await fc.assert(
      fc.asyncProperty(fc.array(search, { minLength: 4, maxLength: 8 }), steps, async (first, then) => {
        const account = await imap.account()
        for (let at = 0; at < 6; at++)
          await imap.append(
            account,
            'INBOX',
            Buffer.from(`Subject: ${'bac'[at % 3]}\r\nFrom: ${at % 2}@example\r\n\r\nx`),
          )
        const mine = await keeper(account, {}, prologue)
        const theirs = await keeper(account)
        for (const one of first) if (isAsked(one.command)) await mine.keep(one.command, one.search)
        for (const one of then) if (one.kind !== 'keep' || isAsked(one.command)) await take(one, mine, theirs)
        await mine.compare()
        mine.client.close()
        theirs.client.close()
      }),
      { seed: 5267, numRuns: 12 },
    )
  })
}

test('many changes at once are told in lines that are not long', async () => {
  const account = await imap.account()
  const mailbox = await imap.mailbox(account, 'INBOX')
  const writer = imap.store.contents.writer({ limitOctets: 1e6 })
  await writer.write(Buffer.from('Subject: x\r\n\r\nx\r\n'))
  const content = await writer.finish()
  const messages = Array.from({ length: 4_000 }, (_, at) => ({
    content,
    flags: at % 2 ? ['\\Seen'] : [],
    internalDate: (at * 7919) % 4_001,
  }))
  await imap.store.messages.append(mailbox, messages)
  const mine = await keeper(account)
  await mine.keep('SORT', '(ARRIVAL) UTF-8 UNSEEN')
  await mine.keep('UID SEARCH', 'SEEN')
  const said = await mine.say('STORE 1:* -FLAGS.SILENT (\\Seen)')
  const told = said.filter(line => line.startsWith('* ESEARCH'))
  assert.ok(told.length > 2)
  for (const line of told) assert.ok(line.length < 12_000, `${line.length}`)
  await mine.compare()
  await mine.say('STORE 1:3000 +FLAGS.SILENT (\\Seen \\Deleted)')
  await mine.compare()
  await mine.say('EXPUNGE')
  await mine.compare()
  mine.client.close()
})

test('what time alone changes is looked at from time to time, also in IDLE (RFC 5032 §2)', async () => {
  const account = await imap.account()
  const writer = imap.store.contents.writer({ limitOctets: 1e6 })
  await writer.write(Buffer.from('Subject: x\r\n\r\nx\r\n'))
  const content = await writer.finish()
  // In each of the next seconds one of them becomes older than a minute.
  const start = Date.now() - 60_000
  const messages = Array.from({ length: 50 }, (_, at) => ({ content, flags: [], internalDate: start + at * 1_000 }))
  await imap.store.messages.append(await imap.mailbox(account, 'INBOX'), messages)
  const one = await keeper(account, { imapContextSeconds: 1 })
  await one.keep('UID SEARCH', 'YOUNGER 60')
  await one.keep('UID SORT', '(REVERSE ARRIVAL) UTF-8 OLDER 61')
  const [young, old] = [...one.results.values()].map(({ list }) => list) as [number[], number[]]
  const [most, least] = [young.length, old.length]
  one.client.send('i IDLE\r\n')
  while (young.length === most || old.length === least) {
    const response = await one.client.response()
    assert.ok(response !== null)
    one.hear(response)
  }
  assert.deepEqual(
    young,
    Array.from(young, (_, at) => 51 - young.length + at),
  )
  assert.deepEqual(
    old,
    Array.from(old, (_, at) => old.length - at),
  )
  one.client.send('DONE\r\n')
  one.client.close()
})

test('a search of which nobody would know when its results change is answered and not kept', async () => {
  const account = await imap.account()
  await imap.append(account, 'INBOX', Buffer.from('Subject: x\r\n\r\nx'))
  const luck = extension({
    rfc: 1149,
    searchKeys: { XLUCK: () => ({ program: () => ({ key: 'all' }), isUntold: true }) },
  })
  const server = serverOf(await imap.serve({ extensions: [...extensions, luck] }))
  const transcript = `
C: a UID SEARCH RETURN (UPDATE ALL) NOT NOT XLUCK
S: * ESEARCH (TAG "a") UID ALL 1
S: * NO [NOUPDATE "a"] Nobody would know when its results change
S: a OK …
C: b UID SEARCH RETURN (UPDATE ALL) ALL
S: * ESEARCH (TAG "b") UID ALL 1
S: b OK …
`
  await play(parseTranscript(transcript), { server, prologue: [`LOGIN ${account} "${password}"`, 'SELECT INBOX'] })
})
