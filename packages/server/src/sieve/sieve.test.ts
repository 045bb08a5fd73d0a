/** `lemonade sieve test` and `lemonade sieve apply`. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type AccountId, openStore, type Store, type Uid } from '@lemonade/store'
import { main } from '../cli.ts'
import type { Io } from '../terminal/io.ts'

describe('lemonade sieve', () => {
  let folder: string
  let store: Store
  let alice: AccountId

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lemonade-sieve-'))
    writeFileSync(join(folder, 'lemonade.toml'), '[sieve]\nbefore = "site.sieve"\n')
    writeFileSync(join(folder, 'site.sieve'), 'if header :is "subject" "spam" { discard; }')
    store = await openStore(join(folder, 'data'), { background: false })
    alice = (await store.accounts.add({ name: 'alice@example.org' })).id
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  const lemonade = async (...words: string[]) => {
    const lines: string[] = []
    const remarks: string[] = []
    const io: Io = {
      directory: folder,
      stdin: Readable.from([]),
      interactive: false,
      interruption: () => ({ asked: false, end: () => {} }),
      out: text => void lines.push(text),
      err: text => void remarks.push(text),
    }
    const code = await main(words, io)
    return { code, out: lines.join(''), err: remarks.join('') }
  }
  const script = async (source: string) => {
    await store.scripts.put(alice, 'main', source, { scripts: 10, octets: 10_000 })
    await store.scripts.setActive(alice, 'main')
  }
  const mailbox = async (name: string) => (await store.mailboxes.find(alice, name)) ?? assert.fail(name)
  const append = async (subject: string, ...flags: string[]) => {
    const writer = store.contents.writer({ limitOctets: 10_000 })
    await writer.write(Buffer.from(`Return-Path: <x@far.example>\r\nSubject: ${subject}\r\n\r\nx\r\n`))
    await store.messages.append((await mailbox('INBOX')).id, [{ content: await writer.finish(), flags }])
  }
  const flagsIn = async (name: string) => {
    const page = await store.messages.page(
      (await mailbox(name)).id,
      [{ first: 1 as Uid, last: 4_294_967_295 as Uid }],
      100,
    )
    return page.map(({ flagSet }) => store.flagSets.flags(flagSet).join(' '))
  }

  test('test: every script, every step, and what comes of it', async () => {
    await script(
      'require ["fileinto", "mailbox", "envelope", "duplicate"]; if mailboxexists "Lists" { stop; } if duplicate { stop; } if envelope "from" "" { fileinto "Lists"; }',
    )
    writeFileSync(join(folder, 'm.eml'), 'Subject: hello\nMessage-ID: <1@far.example>\n\nHi.\n')
    const { code, out } = await lemonade('sieve', 'test', 'm.eml', '--account', 'alice@example.org', '--from', '')
    assert.equal(code, 0)
    assert.equal(
      out.replaceAll(folder, ''),
      [
        'Script "/site.sieve":',
        '  - keep (implicit)',
        'Script "main":',
        '  ? mailbox-exists {"mailbox":"Lists"}: false',
        '  ? duplicate {"handle":"","id":"<1@far.example>"}: false',
        '  - fileinto "Lists"',
        'Outcome:',
        '  fileinto "Lists"',
        '  remember "<1@far.example>" for 604800 seconds',
        '',
      ].join('\n'),
    )
    assert.equal(await store.memory.has(alice, 'duplicate', '["","<1@far.example>"]'), false)
  })

  test('test: what is dropped, what fails, what does not compile, what is not there', async () => {
    const play = async (file = 'm.eml') => lemonade('sieve', 'test', file, '--account', 'alice@example.org')
    writeFileSync(join(folder, 'm.eml'), 'Subject: spam\n\n')
    assert.match((await play()).out, /- discard\nThe message is dropped\.\n$/)
    writeFileSync(join(folder, 'm.eml'), 'Subject: x\n\n')
    await script('require "ihave";\nerror "broken";')
    assert.match(
      (await play()).out,
      / {2}! 2:1: broken Nothing of it is done; the message is kept\.\nOutcome:\n {2}keep \(implicit\)\n$/,
    )
    await script('fileinto "A";')
    assert.match((await play()).out, /Script "main":\n {2}1:1: error: The command "fileinto" needs require/)
    assert.deepEqual((await play('gone.eml')).code, 1)
  })

  test('apply: files, flags, removes and keeps; sends nothing; a dry run only tells', async () => {
    await store.mailboxes.create(alice, 'Lists')
    await script(
      `require ["fileinto", "imap4flags", "mailbox", "vacation"];
       if header :is "subject" "list" { fileinto "Lists"; }
       elsif header :is "subject" "both" { fileinto :create "New"; keep; }
       elsif header :is "subject" "flag" { addflag "\\\\Flagged"; }
       elsif header :is "subject" "gone" { discard; }
       elsif header :is "subject" "sent" { redirect "a@far.example"; }
       elsif header :is "subject" "away" { vacation "a"; }
       elsif header :is "subject" "nowhere" { fileinto "Nowhere"; }`,
    )
    for (const subject of ['list', 'both', 'flag', 'gone', 'sent', 'away', 'nowhere', 'other'])
      await append(subject, '\\Seen')
    const apply = (...words: string[]) =>
      lemonade('sieve', 'apply', '--account', 'alice@example.org', '--mailbox', 'INBOX', ...words)
    const dry = await apply('--dry-run')
    assert.equal(dry.code, 0)
    assert.match(dry.out, /^1 {2}filed {2}fileinto :flags "\\\\Seen" "Lists" {2}\(list\)\n/)
    assert.match(
      dry.out,
      /\n8 messages of INBOX: 2 filed, 1 flagged, 1 removed, 4 kept, 0 failed; nothing was done\.\n$/,
    )
    assert.equal((await flagsIn('INBOX')).length, 8)
    const real = await apply()
    assert.equal(real.out, '8 messages of INBOX: 2 filed, 1 flagged, 1 removed, 4 kept, 0 failed.\n')
    assert.match(real.err, /1 action that would send something is left out/)
    assert.deepEqual(await flagsIn('INBOX'), ['\\Seen', '\\Flagged \\Seen', '\\Seen', '\\Seen', '\\Seen', '\\Seen'])
    assert.deepEqual(await flagsIn('Lists'), ['\\Seen'])
    assert.deepEqual(await flagsIn('New'), ['\\Seen'])
    assert.deepEqual(await store.queue.list(), [])
    assert.match((await apply()).out, /^6 messages of INBOX: 1 filed, 0 flagged, 0 removed, 5 kept/)
  })

  test('apply: without a script, a mailbox or a script that compiles it says so', async () => {
    const apply = (name: string) => lemonade('sieve', 'apply', '--account', 'alice@example.org', '--mailbox', name)
    assert.match((await apply('INBOX')).err, /alice@example\.org has no active script/)
    assert.match((await apply('Nowhere')).err, /alice@example\.org has no mailbox Nowhere/)
    await script('keep')
    assert.match((await apply('INBOX')).err, /The script "main" does not compile/)
  })
})
