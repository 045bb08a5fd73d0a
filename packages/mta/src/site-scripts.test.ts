/** The administrator's scripts: before and after the owner's, and for all to include. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ScriptFiles } from '@lemonade/filter'
import type { Store } from '@lemonade/store'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from './testing.ts'

describe('scripts of the administrator', () => {
  let store: Store
  let close: () => Promise<void>
  let folder: string
  let service: MtaService | null

  beforeEach(async () => {
    service = null
    folder = await mkdtemp(join(tmpdir(), 'lemonade-sieve-'))
    ;({ store, close } = await openTestStore())
    for (const name of ['Site', 'Own', 'Late']) {
      await store.mailboxes.create((await store.accounts.find('alice@example.org'))?.id ?? assert.fail(), name)
    }
  })
  afterEach(async () => {
    await service?.stop(0)
    await close()
    await rm(folder, { recursive: true })
  })

  const write = async (name: string, source: string) => {
    await writeFile(join(folder, name), source)
    return join(folder, name)
  }
  const start = async (before: readonly string[], after: readonly string[] = []) => {
    const files = async (sources: readonly string[], place: string) =>
      Promise.all(sources.map((source, i) => write(`${place}${i}.sieve`, source)))
    const around = { before: await files(before, 'before'), after: await files(after, 'after') }
    service = await startMta(store, { files: new ScriptFiles({ global: folder, ...around }) })
  }
  const deliver = async (subject = 'hello') => {
    assert.ok(service !== null)
    const client = await greeted(service, 'lmtp')
    const reply = await transact(client, '<x@far.example>', ['<alice@example.org>'], `Subject: ${subject}\r\n\r\nHi.`)
    client.close()
    return reply
  }
  const where = async () => {
    const all = ['INBOX', 'Site', 'Own', 'Late'].map(
      async name => [name, await messagesIn(store, 'alice@example.org', name)] as const,
    )
    return (await Promise.all(all)).flatMap(([name, found]) =>
      found.map(({ flags }) => `${name} ${flags.join(' ')}`.trim()),
    )
  }

  const own = 'require "fileinto"; fileinto "Own";'

  test('what leaves the message alone lets the owner decide', async () => {
    await setScript(store, 'alice@example.org', own)
    await start(['if header :is "subject" "spam" { discard; }'], ['require "fileinto"; fileinto "Late";'])
    await deliver()
    assert.deepEqual(await where(), ['Own'])
  })

  test('what it has made of the message, and flags, is what the owner decides on', async () => {
    const script =
      'require ["fileinto", "editheader"]; if header "X-Site" "1" { addheader "X-Own" "2"; fileinto "Own"; }'
    await setScript(store, 'alice@example.org', script)
    await start(['require ["editheader", "imap4flags"]; addheader "X-Site" "1"; setflag "Site";'])
    await deliver()
    assert.deepEqual(await where(), ['Own Site'])
    const [found] = await messagesIn(store, 'alice@example.org', 'Own')
    assert.match(found?.text ?? '', /^X-Own: 2\r\nX-Site: 1\r\nReturn-Path: /)
  })

  for (const [name, decision, expected] of [
    ['files', 'require "fileinto"; fileinto "Site";', ['Site']],
    ['keeps', 'keep;', ['INBOX']],
    ['discards', 'discard;', []],
    ['redirects', 'redirect "a@far.example";', []],
  ] as const) {
    test(`what a script before the owner's ${name}, the owner's cannot undo`, async () => {
      await setScript(store, 'alice@example.org', own)
      await start([decision, 'require "fileinto"; fileinto "Late";'], [own])
      assert.match(await deliver(), /^250 /)
      assert.deepEqual(await where(), expected)
      assert.equal((await store.queue.list()).length, name === 'redirects' ? 1 : 0)
    })
  }

  test('nor what it refuses', async () => {
    await setScript(store, 'alice@example.org', own)
    await start(['require "reject"; reject "not here";'])
    assert.match(await deliver(), /^550 5\.7\.1 not here/)
    assert.deepEqual(await where(), [])
  })

  test('a copy decides nothing; flags that it leaves to the implicit keep go along', async () => {
    await setScript(store, 'alice@example.org', 'require ["fileinto", "imap4flags"]; fileinto :flags "b" "Own";')
    await start(['require ["fileinto", "copy", "imap4flags"]; fileinto :copy "Site"; addflag "a";'])
    await deliver()
    assert.deepEqual(await where(), ['Site', 'Own a b'])
  })

  test('a script after the owner’s sees what is left to the implicit keep, also of those who have no script', async () => {
    await start(
      [],
      ['require ["fileinto", "imap4flags"]; if header :is "subject" "late" { fileinto "Late"; } addflag "c";'],
    )
    await deliver('late')
    assert.deepEqual(await where(), ['Late'])
    await setScript(store, 'alice@example.org', 'require "imap4flags"; addflag "own";')
    await deliver()
    assert.deepEqual(await where(), ['INBOX c own', 'Late'])
  })

  test('one that fails or does not compile counts as if it had done nothing, and the owner is not told', async () => {
    await setScript(store, 'alice@example.org', own)
    await start(['require "ihave"; error "x";', 'fileinto "Site";'])
    await deliver()
    assert.deepEqual(await where(), ['Own'])
  })

  test('one that is not there defers the mail: no filter is left out', async () => {
    await start([])
    await service?.stop(0)
    service = await startMta(store, {
      files: new ScriptFiles({ global: null, before: [join(folder, 'gone.sieve')], after: [] }),
    })
    assert.match(await deliver(), /^451 /)
    assert.deepEqual(await where(), [])
    await write('gone.sieve', 'keep;')
    assert.match(await deliver(), /^250 /)
  })

  test('RFC 6609 §3.2: personal and global scripts are included, as they are now', async () => {
    await start([])
    const alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
    const limits = { scripts: 10, octets: 10_000 }
    await setScript(
      store,
      'alice@example.org',
      'require "include"; include :global :optional "site"; include :personal :optional "part";',
    )
    await deliver()
    assert.deepEqual(await where(), ['INBOX'])
    await store.scripts.put(alice, 'part', own, limits)
    await deliver()
    assert.deepEqual(await where(), ['INBOX', 'Own'])
    await write('site.sieve', 'require ["fileinto", "include"]; fileinto "Site"; include "other"; stop;')
    await store.scripts.put(alice, 'other', 'discard;', limits)
    await deliver()
    assert.deepEqual(await where(), ['INBOX', 'Site', 'Own'])
    await store.scripts.put(alice, 'part', 'discard;', limits)
    await write('site.sieve', '# nothing any more, and of another length')
    await deliver()
    assert.deepEqual(await where(), ['INBOX', 'Site', 'Own'])
  })

  test('RFC 6609 §4: no name leads out of the folder', async () => {
    await start([])
    await write('.hidden.sieve', 'discard;')
    const files = new ScriptFiles({ global: join(folder, '.'), before: [], after: [] })
    for (const name of [
      '../before',
      './before',
      '/etc/passwd',
      '.hidden',
      'a\0b',
      'foo$(`rm star`)',
      'x'.repeat(500),
    ]) {
      assert.equal(await files.global(name), null)
    }
  })

  test('RFC 5228 §2.10.6: an error in an included script is told with its name', async () => {
    await start([])
    await setScript(store, 'alice@example.org', 'require "include"; include :global "broken"; discard;')
    await write('broken.sieve', 'require "ihave";\nerror "it is broken";')
    await deliver()
    const [, complaint] = await messagesIn(store, 'alice@example.org')
    assert.match(complaint?.text ?? '', /Script "broken", line 2: it is broken/)
  })
})
