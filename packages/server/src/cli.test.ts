/** The command line: what it says, where it says it, and its exit code. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openStore } from '@lemonade/store'
import { DnsTestServer } from '../../mta/src/testing.ts'
import { main } from './cli.ts'
import type { Interruption, Io } from './terminal/io.ts'

const binary = fileURLToPath(new URL('../bin/lemonade.js', import.meta.url))
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A new working directory, with a configuration where a text is given. */
function workingDirectory(config?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-cli-'))
  folders.push(folder)
  if (config !== undefined) writeFileSync(join(folder, 'lemonade.toml'), config)
  return folder
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const never: Interruption = { asked: false, end: () => {} }

/** Runs a command in this process, which is much quicker than one of its own. */
async function lemonade(directory: string, words: string, input = '', interruption = never): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []]
  const io: Io = {
    directory,
    stdin: Readable.from([input], { objectMode: false }),
    interactive: false,
    interruption: () => interruption,
    out: text => void out.push(text),
    err: text => void err.push(text),
  }
  const code = await main(words.split(' '), io)
  return { code, stdout: out.join(''), stderr: err.join('') }
}

/** Runs it as a user does. */
function launched(cwd: string, words: string, input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [binary, ...words.split(' ')], { cwd, stdio: 'pipe' })
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.on('data', text => out.push(String(text)))
  child.stderr.on('data', text => err.push(String(text)))
  child.stdin.end(input)
  return new Promise(resolve =>
    child.once('close', code => resolve({ code, stdout: out.join(''), stderr: err.join('') })),
  )
}

test('the launcher passes words, standard input and exit codes through', async () => {
  const cwd = workingDirectory()
  const added = await launched(cwd, 'account add ada@example.org --password-stdin', 'ada-password\n')
  assert.deepEqual([added.code, added.stdout], [0, 'The account ada@example.org is made.\n'])
  assert.match((await launched(cwd, 'account list')).stdout, /^ada@example\.org/)
  const { code, stdout, stderr } = await launched(cwd, 'acount')
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /^lemonade: unknown command 'acount'/)
})

test('mistakes in asking end with 2 and one sentence, without a stack', async () => {
  const cwd = workingDirectory()
  const rows: [words: string, says: RegExp][] = [
    ['acount list', /^lemonade: unknown command 'acount'\n\(Did you mean account\?\)/],
    ['account add', /^lemonade: missing required argument 'address'/],
    ['account list --colour', /^lemonade: unknown option '--colour'/],
    ['account list --config', /^lemonade: option '--config <file>' argument missing/],
    ['import x', /^lemonade: required option '--account <address>' not specified/],
    [
      'account add a@b.example --generate --password-stdin',
      /^lemonade: Give either --password-stdin or --generate\.\n/,
    ],
  ]
  const results = await Promise.all(rows.map(([words]) => lemonade(cwd, words)))
  for (const [at, { code, stderr, stdout }] of results.entries()) {
    const [words, says] = rows[at] as (typeof rows)[number]
    assert.deepEqual([code, stdout], [2, ''], words)
    assert.match(stderr, says)
    assert.doesNotMatch(stderr, /\n +at /)
  }
})

test('what cannot be done ends with 1 and a sentence, and makes no directory', async () => {
  const cwd = workingDirectory()
  const rows: [words: string, says: RegExp][] = [
    ['account list', /^lemonade: There is no mail store in \S+; start the server once, or name its configuration/],
    ['account add ada', /^lemonade: "ada" is no mail address/],
    ['account add ada@exa_mple.org', /^lemonade: "exa_mple\.org" is no domain; write one like example\.org\.$/m],
    ['domain add not..one', /^lemonade: "not\.\.one" is no domain/],
    [
      'check --config none.toml',
      /^lemonade: The configuration file cannot be read; .*none\.toml: no such file or directory\.$/m,
    ],
    ['import none --account a@b.example', /^lemonade: There is nothing at none/],
  ]
  for (const [words, says] of rows) {
    const { code, stderr } = await lemonade(cwd, words)
    assert.equal(code, 1, words)
    assert.match(stderr, says)
  }
  assert.equal(existsSync(join(cwd, 'data')), false)
})

test('a file that is no mail store is a sentence', async () => {
  const cwd = workingDirectory()
  mkdirSync(join(cwd, 'data'))
  writeFileSync(join(cwd, 'data', 'lemonade.db'), 'x'.repeat(5000))
  const { code, stderr } = await lemonade(cwd, 'account list')
  assert.equal(code, 1)
  assert.match(stderr, /^lemonade: The lemonade\.db of the data directory is no mail store; restore a backup\.\n$/)
})

test('--help is everywhere and --config is in it', async () => {
  const cwd = workingDirectory()
  const commands = [
    '',
    'serve',
    'account',
    'account add',
    'account quota',
    'account administrator',
    'domain',
    'domain keys',
    'domain rotate-key',
    'alias',
    'group',
    'metadata',
    'queue',
    'import',
    'check',
    'backup',
    'dns',
  ]
  const results = await Promise.all(
    commands.flatMap(words => [lemonade(cwd, `${words} --help`.trim()), lemonade(cwd, `--help ${words}`.trim())]),
  )
  for (const { code, stdout, stderr } of results) {
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^Usage: lemonade/)
    assert.match(stdout, /--config <file>/)
  }
})

test('--config is understood before and after each word; without it ./lemonade.toml is read', async () => {
  const cwd = workingDirectory('data = "usual"\n')
  writeFileSync(join(cwd, 'other.toml'), 'data = "elsewhere"\n')
  const rows = [
    ['domain add a.example', 'usual'],
    ['--config other.toml domain add b.example', 'elsewhere'],
    ['domain --config other.toml add c.example', 'elsewhere'],
    ['domain add --config other.toml d.example', 'elsewhere'],
    ['domain add e.example --config other.toml', 'elsewhere'],
  ] as const
  for (const [words] of rows) assert.equal((await lemonade(cwd, words)).code, 0, words)
  const list = async (words: string) => (await lemonade(cwd, words)).stdout.match(/^\S+/gm)
  assert.deepEqual(await list('domain list'), ['a.example'])
  const others = ['b.example', 'c.example', 'd.example', 'e.example']
  assert.deepEqual(await list('domain list --config other.toml'), others)
})

test('accounts: made, given passwords, listed, removed', async () => {
  const cwd = workingDirectory()
  const added = await lemonade(cwd, 'account add Ada@Example.org --password-stdin', 'ada-password\nmore\n')
  assert.deepEqual(added, {
    code: 0,
    stdout: 'The account ada@example.org is made.\n',
    stderr: 'Mail for example.org is taken here from now on.\n',
  })
  const generated = await lemonade(cwd, 'account add grace@example.org')
  assert.match(generated.stdout, /^grace@example\.org has the password [a-z2-9-]{20,}\n$/)
  const twice = await lemonade(cwd, 'account add ada@example.org')
  assert.equal(twice.code, 1)
  assert.match(twice.stderr, /^lemonade: There is an account ada@example\.org already; .*passwd/)
  const empty = await lemonade(cwd, 'account passwd ada@example.org --password-stdin', '\n')
  assert.match(empty.stderr, /^lemonade: No password came on standard input/)
  const long = await lemonade(cwd, 'account add long@example.org --password-stdin', `${'x'.repeat(1025)}\n`)
  assert.equal(long.code, 1)
  const app = await lemonade(cwd, 'account passwd ada@example.org --app phone')
  assert.match(app.stdout, /^ada@example\.org has the app password "phone" \S+\n$/)
  const secrets = await lemonade(cwd, 'account passwd ada@example.org --list')
  assert.match(secrets.stdout, /^\(password\) .* never used\nphone .* never used\n$/)
  assert.equal((await lemonade(cwd, 'account passwd ada@example.org --app phone --remove')).code, 0)
  const gone = await lemonade(cwd, 'account passwd ada@example.org --app phone --remove')
  assert.match(gone.stderr, /^lemonade: ada@example\.org has no app password "phone"/)
  assert.equal((await lemonade(cwd, 'account remove grace@example.org')).code, 0)
  const { stdout } = await lemonade(cwd, 'account list')
  assert.match(stdout, /^ada@example\.org {2}[^\n]+\n$/)
})

test('metadata of the server: set, listed, refused, removed', async () => {
  const directory = workingDirectory('')
  await lemonade(directory, 'domain add example.org')
  for (const [words, code, said] of [
    ['metadata list', 0, /^$/],
    ['metadata set /shared/comment Hello', 0, /^\/shared\/comment is said to every user now\.\n$/],
    ['metadata set /shared/admin mailto:ada@example.org', 0, /is said to every user now/],
    ['metadata set /shared/admin ada', 2, /\/shared\/admin is a URL by which the operator is reached/],
    ['metadata set /private/comment x', 2, /What is said to everybody begins with \/shared\//],
    ['metadata set comment x', 2, /comment: An entry begins with \/private\/ or \/shared\/\.\n$/],
    ['metadata list', 0, /^\/shared\/admin {4}mailto:ada@example\.org\n\/shared\/comment {2}Hello\n$/],
    ['metadata remove /Shared/Comment', 0, /is said no longer/],
    ['metadata remove /shared/comment', 1, /There is no entry \/shared\/comment; "lemonade metadata list" shows all/],
  ] as const) {
    const ran = await lemonade(directory, words)
    assert.equal(ran.code, code, `${words}: ${ran.stderr}`)
    assert.match(code === 0 ? ran.stdout : ran.stderr, said, words)
  }
})

test('groups: made, changed, shown, removed', async () => {
  const cwd = await madeAccounts('ada@example.org', 'bob@example.org')
  const rows: [words: string, code: number, says: RegExp][] = [
    [
      'group add team@example.org ada@example.org x@far.example',
      0,
      /^team@\S+ leads to ada@\S+, x@far\.example; anyone may/,
    ],
    ['group add club@example.org team@example.org --senders members', 0, /; only its members may write to it\.$/m],
    [
      'group add other@example.org ada@example.org --senders friends',
      2,
      /"friends" are no senders; say anyone, members, local/,
    ],
    ['group join team@example.org club@example.org', 1, /would lead back to where it came from/],
    ['group join team@example.org bob@example.org gone@example.org', 0, /\nNobody has the address gone@example\.org/],
    ['group leave team@example.org gone@example.org ada@example.org', 0, /leads to x@far\.example, bob@example\.org;/],
    ['group leave team@example.org ada@example.org', 1, /ada@example\.org is not in the group/],
    ['group leave club@example.org team@example.org', 1, /Nobody would be left/],
    ['group senders team@example.org local', 0, /only people of this server may write to it/],
    [
      'group list',
      0,
      /^club@example\.org {2}members {2}team@\S+\nteam@example\.org {2}local {4}x@far\.example bob@\S+\n$/,
    ],
    ['group show team@example.org', 0, /^x@far\.example\nbob@example\.org\n\(only people of this server/],
    ['alias list', 0, /^$/],
    ['group remove club@example.org', 0, /is gone/],
    ['group remove club@example.org', 1, /There is no group club@example\.org/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await lemonade(cwd, words)
    assert.match(ran.stdout + ran.stderr, says, words)
    assert.equal(ran.code, code, words)
  }
})

test('accounts: where mail goes on to, and what they may send as', async () => {
  const cwd = await madeAccounts('ada@example.org', 'bob@example.org')
  const rows: [words: string, code: number, says: RegExp][] = [
    ['account forward ada@example.org', 0, /^Mail for ada@example\.org goes to its mailboxes\.$/m],
    ['account forward ada@example.org a@far.example', 0, /goes on to a@far\.example\.$/m],
    [
      'account forward ada@example.org bob@example.org --keep',
      0,
      /goes to its mailboxes and on to bob@example\.org\.$/m,
    ],
    ['account forward bob@example.org ada@example.org', 1, /would lead back/],
    ['account forward ada@example.org', 0, /goes to its mailboxes and on to bob@example\.org\.$/m],
    ['account forward ada@example.org --off x@y.example', 2, /either --off or addresses/],
    ['account forward ada@example.org --keep', 2, /Name the addresses/],
    ['account forward ada@example.org --off', 0, /goes to its mailboxes\.$/m],
    ['account forward eve@example.org --off', 1, /There is no account eve/],
    [
      'account grant-sender ada@example.org bob@example.org --on-behalf',
      0,
      /may send on behalf of bob@example\.org\.$/m,
    ],
    ['account grant-sender ada@example.org @example.org', 0, /may send as @example\.org\.$/m],
    ['account grant-sender ada@example.org x@far.example', 1, /That domain is not served here/],
    ['account grant-sender ada@example.org', 0, /^@example\.org {5}as\nbob@example\.org {2}on behalf\n$/],
    ['account grant-sender ada@example.org --revoke', 2, /Name the address/],
    ['account grant-sender ada@example.org @example.org --revoke', 0, /no more/],
    ['account grant-sender ada@example.org @example.org --revoke', 1, /was not granted/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await lemonade(cwd, words)
    assert.match(ran.stdout + ran.stderr, says, words)
    assert.equal(ran.code, code, words)
  }
})

/** A working directory whose store has these accounts. */
async function madeAccounts(...names: string[]): Promise<string> {
  const cwd = workingDirectory()
  for (const name of names) assert.equal((await lemonade(cwd, `account add ${name} --generate`)).code, 0)
  return cwd
}

test('domains and aliases: made, listed, refused, removed', async () => {
  const cwd = workingDirectory()
  const domain = await lemonade(cwd, 'domain add example.org')
  assert.match(domain.stderr, /^Somebody should read postmaster@example\.org: lemonade alias add /)
  await lemonade(cwd, 'account add ada@example.org')
  const rows: [words: string, code: number, says: RegExp][] = [
    ['domain add example.org', 1, /served here already/],
    ['alias add postmaster@example.org ada@example.org out@elsewhere.example', 0, /leads to ada@\S+, out@/],
    ['alias add postmaster@example.org ada@example.org', 1, /There is an alias of that address already/],
    ['alias add ada@example.org x@example.org', 1, /There is an account of that name already/],
    ['alias add x@elsewhere.example ada@example.org', 1, /That domain is not served here/],
    ['alias add lost@example.org nobody@example.org', 0, /\nNobody has the address nobody@example\.org; mail to it is/],
    ['alias remove lost@example.org', 0, /leads nowhere now/],
    ['alias list', 0, /^postmaster@example\.org {2}ada@example\.org out@elsewhere\.example\n$/],
    ['domain remove example.org', 1, /Accounts or aliases are in that domain/],
    ['alias remove postmaster@example.org', 0, /leads nowhere now/],
    ['alias remove postmaster@example.org', 1, /There is no such alias/],
    ['account remove ada@example.org', 0, /are gone/],
    ['account remove ada@example.org', 1, /There is no account ada@example\.org/],
    ['domain remove example.org', 0, /no longer/],
    ['domain remove example.org', 1, /That domain is not served here/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await lemonade(cwd, words)
    assert.equal(ran.code, code, `${words}: ${ran.stderr}`)
    assert.match(ran.stdout + ran.stderr, says, words)
  }
})

test('import brings messages with flags and dates, into a mailbox that it makes', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  const message = (serial: number) => `From a Thu Jan  1 00:00:05 1998\nSubject: ${serial}\nStatus: RO\n\nx\n\n`
  writeFileSync(join(cwd, 'mbox'), Array.from({ length: 250 }, (_, serial) => message(serial)).join(''))
  const ran = await lemonade(cwd, 'import mbox --account ada@example.org --mailbox Old/Mail')
  assert.deepEqual([ran.stdout, ran.stderr], ['250 messages imported into Old/Mail of ada@example.org.\n', ''])
  mkdirSync(join(cwd, 'folder'))
  writeFileSync(join(cwd, 'folder', 'one.eml'), 'Subject: one\n\n')
  assert.match(
    (await lemonade(cwd, 'import folder --account ada@example.org')).stdout,
    /^1 message imported into INBOX/,
  )
  const store = await openStore(join(cwd, 'data'), { background: false })
  try {
    const account = await store.accounts.find('ada@example.org')
    assert.ok(account)
    const mailbox = await store.mailboxes.find(account.id, 'Old/Mail')
    assert.ok(mailbox)
    const { messages, unseen } = await store.mailboxes.counts(mailbox.id)
    assert.deepEqual([messages, unseen], [250, 0])
    const last = { first: mailbox.uidNext, last: mailbox.uidNext }
    const [page] = await store.messages.page(mailbox.id, [{ ...last, first: 1 as typeof last.first }], 1)
    assert.ok(page)
    assert.equal(page.internalDate, Date.UTC(1998, 0, 1, 0, 0, 5))
    const octets = await store.contents.readAll(page.content)
    assert.equal(Buffer.from(octets).toString(), 'Subject: 0\r\nStatus: RO\r\n\r\nx\r\n')
  } finally {
    await store.close()
  }
  assert.equal((await lemonade(cwd, 'check')).stdout, 'The store is sound.\n')
})

test('an import that is interrupted keeps what is in, and says how much that is', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  const message = (serial: number) => `From a Thu Jan  1 00:00:05 1998\nSubject: ${serial}\n\nx\n\n`
  writeFileSync(join(cwd, 'mbox'), Array.from({ length: 250 }, (_, serial) => message(serial)).join(''))
  let looks = 0
  const interruption: Interruption = {
    get asked() {
      return ++looks > 120
    },
    end: () => {},
  }
  const { code, stdout, stderr } = await lemonade(cwd, 'import mbox --account ada@example.org', '', interruption)
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /^lemonade: Stopped: 120 messages of mbox are in INBOX of ada@example\.org, the rest is not; /)
  assert.equal((await lemonade(cwd, 'check')).stdout, 'The store is sound.\n')
})

test('backup makes a copy that opens, and overwrites nothing unasked', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  assert.equal((await lemonade(cwd, 'backup copy/lemonade.db')).code, 0)
  const again = await lemonade(cwd, 'backup copy/lemonade.db')
  assert.match(again.stderr, /^lemonade: \S+ exists; name another file, or replace it with --force\.\n$/)
  assert.equal((await lemonade(cwd, 'backup copy/lemonade.db --force')).code, 0)
  writeFileSync(join(cwd, 'copy.toml'), 'data = "copy"\n')
  assert.match((await lemonade(cwd, 'account list --config copy.toml')).stdout, /^ada@example\.org/)
})

test('the queue, when it is empty', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'domain add example.org')
  assert.deepEqual(await lemonade(cwd, 'queue list'), { code: 0, stdout: '', stderr: '' })
  assert.equal((await lemonade(cwd, 'queue retry all')).stdout, '0 entries are due now.\n')
  assert.match((await lemonade(cwd, 'queue remove 7')).stderr, /There is no such entry in the queue/)
  const { code, stderr } = await lemonade(cwd, 'queue retry first')
  assert.equal(code, 2)
  assert.match(stderr, /"first" is no entry's number/)
})

test('the queue, when something waits in it', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  const store = await openStore(join(cwd, 'data'), { background: false })
  const writer = store.contents.writer({ limitOctets: 100 })
  await writer.write(Buffer.from('Subject: x\r\n\r\n'))
  const entry = { reversePath: 'ada@example.org', notBefore: Date.now() + 3_600_000, expiresAt: 1e14, options: {} }
  const recipients = ['bob@elsewhere.example', 'eve@elsewhere.example']
  const enqueue = recipients.map(recipient => ({ ...entry, recipient }))
  await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue })
  const [first] = await store.queue.list()
  assert.ok(first)
  await store.queue.retryAt(first.id, Date.now() + 3_600_000, '451 4.7.1 later')
  await store.close()
  const listed = (await lemonade(cwd, 'queue list')).stdout.split('\n')
  assert.match(
    listed[0] ?? '',
    /^1 .* 14 octets {2}<ada@\S+> {2}<bob@\S+> {2}tried once, next \S+ \S+ {2}451 4\.7\.1 later$/,
  )
  assert.match(listed[1] ?? '', /^2 .* <eve@elsewhere\.example> {2}not tried yet$/)
  assert.equal((await lemonade(cwd, 'queue retry 1')).stdout, '1 entry is due now.\n')
  assert.equal((await lemonade(cwd, 'queue retry all')).stdout, '2 entries are due now.\n')
  assert.equal((await lemonade(cwd, 'queue remove 2')).stdout, 'Entry 2, for <eve@elsewhere.example>, is gone.\n')
  assert.match((await lemonade(cwd, 'queue list')).stdout, /^1 [^\n]*\n$/)
})

test('the queue, when something is held, or is to go out later', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  const store = await openStore(join(cwd, 'data'), { background: false })
  const ada = await store.accounts.find('ada@example.org')
  const writer = store.contents.writer({ limitOctets: 100 })
  await writer.write(Buffer.from('Subject: =?utf-8?Q?caf=C3=A9=1B[2J?=\r\nMessage-ID: <1@example.org>\r\n\r\n'))
  const at = Date.UTC(2100, 0, 1)
  const entry = { reversePath: 'ada@example.org', account: ada?.id ?? assert.fail(), expiresAt: at + 1e9 }
  const release = { at, request: 'until;2100-01-01T00:00:00Z' }
  await store.messages.deposit({
    content: await writer.finish(),
    deliveries: [],
    enqueue: [
      { ...entry, recipient: 'bob@elsewhere.example', options: { priority: 4, envid: 'e1', notify: ['SUCCESS'] } },
      { ...entry, recipient: 'eve@elsewhere.example', notBefore: at, options: { release } },
    ],
  })
  const [first] = await store.queue.list()
  await store.queue.retryAt(first?.id ?? assert.fail(), Date.now(), '451-4.7.1 not\n451 4.7.1 now')
  await store.close()
  const rows: readonly [words: string, code: number, says: RegExp][] = [
    ['hold 1', 0, /^1 entry is held\.\n$/],
    ['list', 0, /^1 .* held, priority 4 +451-4\.7\.1 not 451 4\.7\.1 now\n2 .* goes out at 2100-01-01 00:00:00Z\n$/],
    ['retry 1', 1, /Entry 1 is held; "lemonade queue release 1" sends it now\./],
    ['retry 2', 1, /Entry 2 is to go out at 2100-01-01 00:00:00Z; /],
    ['retry all', 0, /^0 entries are due now\.\n$/],
    ['show 1', 0, /^State +held, priority 4\nFrom +<ada@\S+>\nTo +<bob@\S+>\nAccount +ada@example\.org\n/m],
    ['show 1', 0, /\nNotify +SUCCESS\nEnvelope id +e1\nSubject +café\?\[2J\nMessage-ID +<1@example\.org>\n$/],
    ['show 2', 0, /\nTo go out +2100-01-01 00:00:00Z\n/],
    ['show 9', 1, /There is no such entry in the queue/],
    ['release all', 0, /^1 entry is due now\.\n$/],
    ['release 2', 0, /^1 entry is due now\.\n$/],
    ['hold 1 2', 0, /^2 entries are held\.\n$/],
    ['hold 1 9', 1, /There is no such entry in the queue/],
    ['release all', 0, /^2 entries are due now\.\n$/],
    ['delete 1 2', 0, /^Entry 1, .* is gone\.\nEntry 2, .* is gone\.\n$/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await lemonade(cwd, `queue ${words}`)
    assert.equal(ran.code, code, `${words}: ${ran.stderr}`)
    assert.match(ran.stdout + ran.stderr, says, words)
  }
})

test('quotas: shown for all, set for one, in part or wholly, and mistakes are sentences', async () => {
  const cwd = workingDirectory('[limits]\nstore_quota_messages = 100\n')
  await lemonade(cwd, 'account add ada@example.org')
  await lemonade(cwd, 'account add bob@example.org')
  const rows: [words: string, code: number, says: RegExp][] = [
    ['', 0, /^ada@example\.org +0 messages of 100 +0 octets without limit\nbob@example\.org +/],
    ['ada@example.org --storage 2G', 0, /^ada@example\.org +0 messages of 100 +0 octets of 2\.0 GB\n$/],
    ['ada@example.org --messages none', 0, /0 messages without limit +0 octets of 2\.0 GB\n$/],
    ['ada@example.org --messages 5 --storage 500k', 0, /0 messages of 5 +0 octets of 500 KB\n$/],
    ['ada@example.org --messages default --storage none', 0, /0 messages of 100 +0 octets without limit\n$/],
    ['ada@example.org --storage 0', 0, /0 octets of 0 octets\n$/],
    ['ada@example.org', 0, /0 octets of 0 octets\n$/],
    ['ada@example.org --storage 5X', 2, /^lemonade: "5X" is no size; write one like 500M/],
    ['ada@example.org --storage 99999999T', 2, /is no size/],
    ['ada@example.org --messages many', 2, /^lemonade: "many" is no number of messages/],
    ['--messages 5', 2, /^lemonade: Name the account whose quota is to be set\.\n/],
    ['eve@example.org', 1, /^lemonade: There is no account eve@example\.org/],
  ]
  for (const [words, expected, says] of rows) {
    const { code, stdout, stderr } = await lemonade(cwd, `account quota ${words}`.trim())
    assert.equal(code, expected, words)
    assert.match(stdout + stderr, says)
  }
})

test('administrators are made and unmade', async () => {
  const cwd = workingDirectory()
  await lemonade(cwd, 'account add ada@example.org')
  const made = await lemonade(cwd, 'account administrator ada@example.org')
  assert.equal(made.stdout, 'ada@example.org is an administrator.\n')
  const unmade = await lemonade(cwd, 'account administrator ada@example.org --revoke')
  assert.equal(unmade.stdout, 'ada@example.org is no administrator.\n')
  assert.equal((await lemonade(cwd, 'account administrator eve@example.org')).code, 1)
})

test('a limit of the configuration holds on the command line too', async () => {
  const cwd = workingDirectory('[limits]\nstore_alias_targets = 2\n')
  await lemonade(cwd, 'account add ada@example.org')
  assert.equal((await lemonade(cwd, 'alias add a@example.org x@y.example y@y.example')).code, 0)
  assert.equal((await lemonade(cwd, 'alias add b@example.org x@y.example y@y.example z@y.example')).code, 1)
})

test('config check names what is wrong, and says when nothing is', async () => {
  const rows: [config: string | undefined, code: number, says: RegExp][] = [
    [undefined, 0, /^There is no configuration file; the defaults apply\.\n$/],
    ['hostname = "mail.example.org"\n[limits]\nmta_hops = 7\n', 0, /lemonade\.toml is in order\.\n$/],
    ['hostnam = "x"\n', 1, /^lemonade: lemonade\.toml: hostnam is not a setting; did you mean hostname\?\n$/],
    ['[limits]\nmta_hop = 7\n', 1, /limits\.mta_hop is not a limit; did you mean mta_hops\?\n$/],
  ]
  for (const [config, code, says] of rows) {
    const ran = await lemonade(workingDirectory(config), 'config check')
    assert.equal(ran.code, code, ran.stderr)
    assert.match(ran.stdout + ran.stderr, says)
  }
})

const zone = (listen: string, rest = '') =>
  workingDirectory(
    `hostname = "mail.example.org"\n[listen]\nimaps = "0.0.0.0:10993"\nmanagesieve = false\n${listen}\n${rest}`,
  )

test('dns prints a zone for each domain', async () => {
  const cwd = zone('https = "0.0.0.0:8443"')
  await lemonade(cwd, 'domain add example.org')
  await lemonade(cwd, 'domain add bücher.example')
  const { stdout, stderr } = await lemonade(cwd, 'dns')
  assert.equal(stderr, '')
  for (const line of [
    'example.org. MX 10 mail.example.org.',
    'example.org. TXT "v=spf1 mx -all"',
    '_imaps._tcp.example.org. SRV 0 1 10993 mail.example.org.',
    '_submissions._tcp.example.org. SRV 0 1 465 mail.example.org.',
    '_sieve._tcp.example.org. SRV 0 0 0 .',
    'autoconfig.example.org. CNAME mail.example.org.',
    'autodiscover.example.org. CNAME mail.example.org.',
    '_autodiscover._tcp.example.org. SRV 0 1 8443 mail.example.org.',
    '_smtp._tls.example.org. TXT "v=TLSRPTv1; rua=mailto:postmaster@example.org"',
    'mta-sts.example.org. CNAME mail.example.org.',
    '; example.org: a key of its signatures (RFC 6376, RFC 8463); new, and mail is signed with it once it has been seen here',
    'xn--bcher-kva.example. MX 10 mail.example.org.',
  ]) {
    assert.ok(stdout.includes(`${line}\n`), line)
  }
  for (const domain of ['example.org', 'xn--bcher-kva.example']) {
    const keys = new RegExp(`^(rsa|ed25519)-\\d{8}\\._domainkey\\.${domain}\\. TXT "v=DKIM1; k=\\1; p=`, 'gm')
    assert.equal(stdout.match(keys)?.length, 2, domain)
  }
  assert.equal(stdout, (await lemonade(cwd, 'dns')).stdout)
})

test('keys for signing are made with a domain, listed, and replaced by hand', async () => {
  const cwd = zone('')
  assert.match((await lemonade(cwd, 'domain add example.org')).stdout, /lemonade dns example\.org prints/)
  const states = async () =>
    (await lemonade(cwd, 'domain keys example.org')).stdout
      .trim()
      .split('\n')
      .map(line => line.replace(/\d{8}/, 'DAY').split(/ +/).slice(0, 3).join(' '))
      .sort()
  assert.deepEqual(await states(), ['ed25519-DAY ed25519 prepared', 'rsa-DAY rsa prepared'])
  const rows: [words: string, code: number, says: RegExp][] = [
    [
      'domain rotate-key example.org',
      0,
      /Publish these records:\n {2}ed25519-\d{8}\._domainkey\.example\.org\n {2}rsa-/,
    ],
    ['domain rotate-key example.org --now', 0, /signed with ed25519-\d{8} and rsa-\d{8} from now on/],
    ['domain rotate-key example.org --now', 1, /No key of example\.org waits/],
    ['domain rotate-key example.org', 0, /rsa-\d{8}-2\._domainkey/],
    ['domain rotate-key example.org', 0, /rsa-\d{8}-2\._domainkey/],
    ['domain rotate-key example.org --now', 0, /-2 and/],
    ['domain keys example.net', 1, /Mail for example\.net is not taken here/],
    ['domain rotate-key example.net', 1, /Mail for example\.net is not taken here/],
  ]
  for (const [words, code, says] of rows) {
    const ran = await lemonade(cwd, words)
    assert.equal(ran.code, code, words)
    assert.match(ran.stdout + ran.stderr, says)
  }
  assert.deepEqual(await states(), [
    'ed25519-DAY ed25519 retired',
    'ed25519-DAY-2 ed25519 active',
    'rsa-DAY rsa retired',
    'rsa-DAY-2 rsa active',
  ])
  assert.match((await lemonade(cwd, 'dns example.org')).stdout, /an old one: leave it until it is printed no longer\n/)
  assert.equal((await lemonade(zone('', '[mta]\ndkim = "off"'), 'dns')).stdout.includes('DKIM'), false)
})

test('dns --check asks the server of the configuration, and its exit code says whether all is well', async () => {
  const dns = await DnsTestServer.start()
  const cwd = zone('', `[dns]\nservers = ["127.0.0.1:${dns.address.port}"]`)
  await lemonade(cwd, 'domain add example.org')
  dns.say('A', 'mail.example.org', ['192.0.2.1']).say('PTR', '1.2.0.192.in-addr.arpa', ['mail.example.org'])
  dns.say('MX', 'example.org', [{ priority: 10, exchange: 'mail.example.org' }])
  const first = await lemonade(cwd, 'dns example.org --check')
  assert.equal(first.code, 1)
  assert.match(first.stdout, /^right {5}mail\.example\.org\. A 192\.0\.2\.1$/m)
  assert.match(first.stdout, /^right {5}example\.org\. MX 10 mail\.example\.org\.$/m)
  assert.match(first.stdout, /^missing {3}example\.org\. TXT "v=spf1 mx -all"\n {10}Add it\.$/m)
  assert.match(first.stderr, /^lemonade: \d+ of \d+ records need a look\.\n$/)
  for (const [, name = '', type, data = ''] of first.stdout.matchAll(/^missing {3}(\S+)\. (CNAME|TXT|SRV) (.+)$/gm)) {
    if (type === 'CNAME') dns.alias(name, 'mail.example.org')
    else if (type === 'TXT') dns.say('TXT', name, [data.slice(1, -1).split('" "')])
    else {
      const [priority = 0, weight = 0, port = 0] = data.split(' ').map(Number)
      dns.say('SRV', name, [{ priority, weight, port, target: 'mail.example.org' }])
    }
  }
  const second = await lemonade(cwd, 'dns --check')
  await dns.stop()
  assert.deepEqual([second.code, second.stderr], [0, ''], second.stdout)
})

test('dns prints one domain, and a word about https where nothing listens there', async () => {
  const cwd = zone('')
  for (const name of ['example.org', 'example.net']) await lemonade(cwd, `domain add ${name}`)
  const { code, stdout, stderr } = await lemonade(cwd, 'dns example.net')
  assert.equal(code, 0)
  assert.ok(stdout.includes('\nexample.net. MX 10 mail.example.org.\n') && !stdout.includes('example.org. MX'))
  assert.ok(stdout.includes('_autodiscover._tcp.example.net. SRV 0 1 443 mail.example.org.\n'))
  assert.match(stderr, /^There is no https listener: /)
  const other = await lemonade(cwd, 'dns example.com')
  assert.deepEqual([other.code, other.stdout], [1, ''])
  assert.match(other.stderr, /^lemonade: Mail for example\.com is not taken here; /)
})

test('another MTA-STS policy has another id in DNS, and none has no records', async () => {
  const ids = new Set<string>()
  for (const sts of ['testing', 'enforce', 'none']) {
    const cwd = zone('https = "0.0.0.0:443"', `[mta]\nsts = "${sts}"`)
    await lemonade(cwd, 'domain add example.org')
    const { stdout } = await lemonade(cwd, 'dns example.org')
    ids.add(/^_mta-sts\.example\.org\. TXT "v=STSv1; id=([0-9a-f]{20})"$/m.exec(stdout)?.[1] ?? 'none')
    assert.equal(stdout.includes('mta-sts.'), sts !== 'none')
  }
  assert.equal(ids.size, 3)
})
