import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Log, silentLog } from '@lemonade/net'
import { type AccountId, type Mailbox, openStore, type Store, serverAccount, type Uid } from '@lemonade/store'
import { defaultSieveLimits } from 'sieve.js'
import { noContentTests } from './content-tests.ts'
import { EventScripts } from './events.ts'
import { defaultEventLimits } from './limits.ts'
import { ScriptFiles } from './script-files.ts'

const entry = '/shared/imapsieve/script'

/** A store with alice and bob, and scripts that run in her mailboxes. */
async function house(t: TestContext, limits = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-filter-'))
  const store = await openStore(directory)
  t.after(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  await store.domains.add('example.org')
  const alice = await store.accounts.add({ name: 'alice@example.org', displayName: 'Alice' })
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const logged: string[] = []
  const note = (_: unknown, text: string) => void logged.push(text)
  const log = { ...silentLog, info: note, error: note } as unknown as Log
  const scripts = new EventScripts({
    ...{ store, log, hostname: 'mail.example.org', delimiter: '+', queueSeconds: 60, messageOctets: 1_000_000 },
    files: new ScriptFiles({ global: directory, before: [], after: [] }),
    contentTests: noContentTests,
    sieveLimits: defaultSieveLimits,
    limits: { ...defaultEventLimits, ...limits },
    version: '1',
    now: () => Date.UTC(2026, 10, 24),
  })
  const write = async (name: string, source: string) => {
    await store.scripts.put(alice.id, name, source, { scripts: 10, octets: 10_000 })
  }
  const use = (mailbox: Mailbox | null, name: string | null) =>
    store.metadata.set({ mailbox: mailbox?.id ?? null, account: mailbox?.account ?? serverAccount }, [
      { name: entry, value: name === null ? null : new TextEncoder().encode(name) },
    ])
  return { store, directory, scripts, alice, bob, logged, write, use, inbox: await find(store, alice.id, 'INBOX') }
}

async function find(store: Store, account: AccountId, name: string): Promise<Mailbox> {
  return (await store.mailboxes.find(account, name)) ?? assert.fail(name)
}

async function append(
  store: Store,
  mailbox: Mailbox,
  text = 'Subject: a\r\n\r\nb\r\n',
  flags: string[] = [],
): Promise<Uid> {
  const writer = store.contents.writer({ limitOctets: 1_000_000 })
  await writer.write(Buffer.from(text))
  const { uids } = await store.messages.append(mailbox.id, [{ content: await writer.finish(), flags }])
  return uids[0] ?? assert.fail()
}

async function messagesIn(store: Store, mailbox: Mailbox) {
  const all = await store.messages.page(mailbox.id, [{ first: 1 as Uid, last: 4_294_967_295 as Uid }], 1000)
  return Promise.all(
    all.map(async ({ content, flagSet }) => ({
      flags: store.flagSets.flags(flagSet),
      text: Buffer.from(await store.contents.readAll(content)).toString(),
    })),
  )
}

const message = (uid: Uid, ...changedFlags: string[]) => ({ uid, changedFlags })

test('RFC 6785 §2.3.1: the script of the mailbox, else that of the server; an empty name and one that is not there is none', async t => {
  const { store, scripts, alice, inbox, write, use, directory } = await house(t)
  await write('own', 'require "imap4flags"; addflag "own";')
  await write('all', 'require "imap4flags"; addflag "all";')
  await writeFile(join(directory, 'site.sieve'), 'require "imap4flags"; addflag "site";')
  const flagsWith = async (own: string | null, all: string | null) => {
    await use(inbox, own)
    await use(null, all)
    const uid = await append(store, inbox)
    await scripts.happened({ cause: 'APPEND', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
    await scripts.settled()
    return (await messagesIn(store, inbox)).at(-1)?.flags
  }
  assert.deepEqual(await flagsWith(null, null), [])
  assert.deepEqual(await flagsWith(null, 'all'), ['all'])
  assert.deepEqual(await flagsWith('own', 'all'), ['own'])
  assert.deepEqual(await flagsWith('', 'all'), [])
  assert.deepEqual(await flagsWith('gone', 'all'), [])
  assert.deepEqual(await flagsWith('site', null), ['site'])
  assert.deepEqual(await flagsWith('../site', null), [])
})

test('RFC 6785 §4: what the environment says, and what was changed', async t => {
  const { store, scripts, alice, bob, write, use } = await house(t)
  const mailbox = await store.mailboxes.create(alice.id, 'Grüße/Work')
  await write(
    'tell',
    `require ["environment", "variables", "fileinto", "mailbox", "imap4flags"];
    if environment :matches "imap.cause" "*" { set "c" "\${1}"; } if environment :matches "imap.mailbox" "*" { set "m" "\${1}"; }
    if environment :matches "imap.user" "*" { set "u" "\${1}"; } if environment :matches "imap.email" "*" { set "e" "\${1}"; }
    if environment :matches "imap.changedflags" "*" { set "f" "\${1}"; } if environment :matches "location" "*" { set "l" "\${1}"; }
    if environment :matches "phase" "*" { set "p" "\${1}"; }
    fileinto :create "seen: \${c} \${m} \${u} \${e} \${f} \${l} \${p}";`,
  )
  await use(mailbox, 'tell')
  const uid = await append(store, mailbox, undefined, ['\\Seen'])
  await scripts.happened({ cause: 'FLAG', mailbox: mailbox.id, user: bob.id, messages: [message(uid, '\\Seen', 'x')] })
  await scripts.settled()
  const names = (await store.mailboxes.list(alice.id)).map(({ name }) => name)
  assert.ok(names.includes('seen: FLAG Grüße/Work bob@example.org bob@example.org \\Seen x MS post'), names.join('\n'))
})

test('RFC 6785 §3.3, §3.5, §2.2.4: a copy is another message, and without keep the original is marked', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t)
  const archive = await find(store, alice.id, 'Archive')
  const cases: [script: string, original: string[], copies: number][] = [
    ['require "fileinto"; fileinto "Archive";', ['\\Seen', '\\Deleted'], 1],
    ['require ["fileinto", "copy"]; fileinto :copy "Archive";', ['\\Seen'], 1],
    ['require "fileinto"; fileinto "Archive"; keep;', ['\\Seen'], 1],
    ['discard;', ['\\Seen', '\\Deleted'], 0],
    ['discard; keep;', ['\\Seen'], 0],
    ['require "fileinto"; fileinto "Not there";', ['\\Seen'], 0],
    ['keep;', ['\\Seen'], 0],
  ]
  for (const [script, original, copies] of cases) {
    await write('script', script)
    await use(inbox, 'script')
    const before = (await messagesIn(store, archive)).length
    const uid = await append(store, inbox, undefined, ['\\Seen'])
    await scripts.happened({ cause: 'COPY', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
    await scripts.settled()
    const found = await messagesIn(store, archive)
    assert.equal(found.length - before, copies, script)
    assert.deepEqual((await messagesIn(store, inbox)).at(-1)?.flags.toSorted(), original.toSorted(), script)
    if (copies > 0) assert.deepEqual(found.at(-1), { flags: ['\\Seen'], text: 'Subject: a\r\n\r\nb\r\n' })
  }
})

test('RFC 6785 §3.4: what is sent on is from the owner, and has what a message needs to be sent', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t)
  await write('script', 'require "copy"; redirect :copy "ned@far.example";')
  await use(inbox, 'script')
  const uid = await append(store, inbox)
  const whole = 'Date: x\r\nFrom: <y@z.example>\r\nMessage-ID: <a@b>\r\n\r\nb\r\n'
  const other = await append(store, inbox, whole)
  await scripts.happened({
    cause: 'APPEND',
    mailbox: inbox.id,
    user: alice.id,
    messages: [message(uid), message(other)],
  })
  await scripts.settled()
  const queue = (await store.queue.list()).toSorted((a, b) => b.octets - a.octets)
  assert.deepEqual(
    queue.map(({ reversePath, recipient }) => [reversePath, recipient]),
    [
      ['alice@example.org', 'ned@far.example'],
      ['alice@example.org', 'ned@far.example'],
    ],
  )
  const [made, same] = await Promise.all(
    queue.map(async ({ content }) => Buffer.from(await store.contents.readAll(content)).toString()),
  )
  assert.match(
    made ?? '',
    /^Date: Tue, 24 Nov 2026 00:00:00 \+0000\r\nFrom: Alice <alice@example.org>\r\nMessage-ID: <[^>]+>\r\nSubject: a\r\n\r\nb\r\n$/,
  )
  assert.equal(same, whole)
})

test('RFC 6785 §3.1, §3.7, §3.9: an edited message is filed and sent, and the one that is kept stays as it is', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t)
  await write(
    'script',
    'require ["editheader", "fileinto", "copy", "replace"]; addheader "X" "y"; replace "new"; fileinto :copy "Archive"; redirect :copy "ned@far.example";',
  )
  await use(inbox, 'script')
  const uid = await append(store, inbox)
  await scripts.happened({ cause: 'APPEND', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
  await scripts.settled()
  assert.equal((await messagesIn(store, inbox))[0]?.text, 'Subject: a\r\n\r\nb\r\n')
  const [filed] = await messagesIn(store, await find(store, alice.id, 'Archive'))
  assert.match(filed?.text ?? '', /^X: y\r\nSubject: a\r\nMIME-Version: 1.0\r\n[\s\S]*\r\n\r\nnew$/)
  const [entry] = await store.queue.list()
  const sent = Buffer.from(await store.contents.readAll(entry?.content ?? assert.fail())).toString()
  assert.ok(sent.endsWith(filed?.text ?? assert.fail()))
  for await (const finding of store.check()) assert.fail(finding)
})

test('RFC 6785 §2.2.3: flags that a script has changed are an event once, and never one of a script that flags had started', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t)
  await write(
    'script',
    `require ["environment", "imap4flags"];
    if environment "imap.cause" "APPEND" { addflag "appended"; }
    elsif allof (environment "imap.cause" "FLAG", environment "imap.changedflags" "appended") { addflag "first"; }
    else { addflag "never"; }`,
  )
  await use(inbox, 'script')
  const uid = await append(store, inbox)
  await scripts.happened({ cause: 'APPEND', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
  await scripts.settled()
  assert.deepEqual((await messagesIn(store, inbox))[0]?.flags, ['appended', 'first'])
})

test('RFC 6785 §3.6: a notification is sent, from the owner', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t)
  await write('script', 'require "enotify"; notify :message "It came" "mailto:ned@far.example";')
  await use(inbox, 'script')
  const uid = await append(store, inbox)
  await scripts.happened({ cause: 'APPEND', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
  await scripts.settled()
  const [queued] = await store.queue.list()
  assert.deepEqual([queued?.reversePath, queued?.recipient], ['alice@example.org', 'ned@far.example'])
  assert.deepEqual((await messagesIn(store, inbox))[0]?.flags, [])
})

test('RFC 6785 §3.11, §4.6: what belongs to delivery is an error, and an error leaves the message as it is', async t => {
  const { store, scripts, alice, inbox, write, use, logged } = await house(t)
  for (const script of [
    'require "reject"; reject "no";',
    'require "ereject"; ereject "no";',
    'require "vacation"; vacation "away";',
    'require "vacation-seconds"; discard;',
    'require "envelope"; if envelope "from" "x" { keep; } discard;',
    'this is no script',
    'redirect "not an address";',
    `require "variables"; set "a" "x"; redirect "\${a}";`,
  ]) {
    logged.length = 0
    await write('script', script)
    await use(inbox, 'script')
    const uid = await append(store, inbox)
    await scripts.happened({ cause: 'APPEND', mailbox: inbox.id, user: alice.id, messages: [message(uid)] })
    await scripts.settled()
    assert.equal(logged.length, 1, script)
    assert.deepEqual((await messagesIn(store, inbox)).at(-1)?.flags, [], script)
  }
  assert.deepEqual(await store.queue.list(), [])
})

test('a message or a mailbox that is gone meanwhile is nothing to run for', async t => {
  const { store, scripts, alice, write, use, logged } = await house(t)
  const mailbox = await store.mailboxes.create(alice.id, 'Gone')
  await write('script', 'discard;')
  await use(mailbox, 'script')
  await scripts.happened({ cause: 'APPEND', mailbox: mailbox.id, user: alice.id, messages: [message(99 as Uid)] })
  await scripts.settled()
  await store.mailboxes.remove(alice.id, 'Gone')
  await scripts.happened({ cause: 'APPEND', mailbox: mailbox.id, user: alice.id, messages: [message(1 as Uid)] })
  await scripts.settled()
  assert.deepEqual(logged, [])
})

test('events wait in order, and who causes too many waits with them', async t => {
  const { store, scripts, alice, inbox, write, use } = await house(t, { eventMessages: 2 })
  await write('script', 'require "imap4flags"; addflag "seen";')
  await use(inbox, 'script')
  const uids = [await append(store, inbox), await append(store, inbox), await append(store, inbox)]
  const flagged = async () => (await messagesIn(store, inbox)).filter(({ flags }) => flags.includes('seen')).length
  const event = (...messages: Uid[]) =>
    scripts.happened({ cause: 'COPY', mailbox: inbox.id, user: alice.id, messages: messages.map(uid => message(uid)) })
  await event(uids[0] as Uid, uids[1] as Uid)
  await event(uids[2] as Uid)
  assert.ok((await flagged()) >= 2, 'one more than may wait waits for those before it')
  await scripts.settled()
  assert.equal(await flagged(), 3)
})
