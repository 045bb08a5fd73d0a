/** What a script wants, through the whole of delivery. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { testedByFields } from '@lemonade/filter'
import type { Store } from '@lemonade/store'
import { code } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from './testing.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'

describe('Sieve at delivery', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService | null = null

  const open = async (
    limits: Parameters<typeof openTestStore>[0] = {},
    options: Parameters<typeof startMta>[1] = {},
  ) => {
    ;({ store, close } = await openTestStore(limits))
    service = await startMta(store, options)
    return service
  }
  afterEach(async () => {
    await service?.stop(0)
    await close()
  })

  const send = async (running: MtaService, to: string) => {
    const client = await greeted(running, 'smtp')
    const reply = await transact(client, '<x@far.example>', [to], message)
    client.close()
    return code(reply)
  }

  test('RFC 5233 §4: user and detail part where the configuration says', async () => {
    const running = await open({}, { delimiter: '--' })
    await store.mailboxes.create((await store.accounts.find('alice@example.org'))?.id ?? assert.fail(), 'Lists')
    await setScript(
      store,
      'alice@example.org',
      'require ["envelope", "subaddress", "fileinto"]; if envelope :detail "to" "lists" { fileinto "Lists"; }',
    )
    assert.equal(await send(running, '<alice--lists@example.org>'), '250 2.0.0')
    assert.equal((await messagesIn(store, 'alice@example.org', 'Lists')).length, 1)
  })

  const flagged = async (limits: { keywordsPerMailbox?: number; keywordOctets?: number }) => {
    const running = await open({ limits })
    await setScript(
      store,
      'alice@example.org',
      'require ["imap4flags"]; setflag ["\\\\Flagged", "$Forwarded", "abcdefghij"]; keep;',
    )
    assert.equal(await send(running, '<alice@example.org>'), '250 2.0.0')
    return (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags.toSorted())
  }

  test('RFC 5232 §5: flags that the mailbox can hold', async () => {
    assert.deepEqual(await flagged({ keywordsPerMailbox: 2, keywordOctets: 10 }), [
      ['$Forwarded', '\\Flagged', 'abcdefghij'],
    ])
  })

  test('RFC 5232 §5: a keyword that is too long costs the keywords, not the message', async () => {
    assert.deepEqual(await flagged({ keywordOctets: 9 }), [['\\Flagged']])
  })

  test('RFC 5232 §5: a keyword too many costs the keywords, not the message', async () => {
    assert.deepEqual(await flagged({ keywordsPerMailbox: 1 }), [['\\Flagged']])
  })

  test('one account that wants too much costs another nothing', async () => {
    const running = await open({ limits: { keywordOctets: 5 } })
    await setScript(store, 'alice@example.org', 'require "imap4flags"; setflag "far-too-long"; keep;')
    await setScript(store, 'bob@example.org', 'require "imap4flags"; setflag "short"; keep;')
    const client = await greeted(running, 'smtp')
    await transact(client, '<x@far.example>', ['<alice@example.org>', '<bob@example.org>'], message)
    client.close()
    assert.deepEqual(
      (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags),
      [[]],
    )
    assert.deepEqual(
      (await messagesIn(store, 'bob@example.org')).map(({ flags }) => flags),
      [['short']],
    )
    assert.deepEqual(await store.queue.list(), [])
  })

  const filed = async (running: MtaService, script: string, mailbox: string, text = message) => {
    await setScript(store, 'alice@example.org', script)
    const client = await greeted(running, 'smtp')
    assert.equal(code(await transact(client, '<x@far.example>', ['<alice@example.org>'], text)), '250 2.0.0')
    client.close()
    return (await messagesIn(store, 'alice@example.org', mailbox)).length
  }
  const alice = async () => (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()

  test('RFC 8579 §4: a mailbox by its use, the one that is named first of all, else the oldest', async () => {
    const running = await open()
    const script = 'require ["fileinto", "special-use"]; fileinto :specialuse "\\\\junk" "Spam";'
    assert.equal(await filed(running, script, 'Junk'), 1)
    await store.mailboxes.create(await alice(), 'Spam')
    assert.equal(await filed(running, script, 'Spam'), 0)
    await store.mailboxes.remove(await alice(), 'Spam')
    await store.mailboxes.create(await alice(), 'Spam', { specialUse: ['\\Junk'] })
    assert.equal(await filed(running, script, 'Spam'), 1)
    assert.equal(await filed(running, script.replace('"Spam"', '"Other"'), 'Junk'), 3)
  })

  test('RFC 8579 §4.1: a mailbox that is made gets the use', async () => {
    const running = await open()
    const script =
      'require ["fileinto", "special-use", "mailbox"]; fileinto :specialuse "\\\\All" :create "Every/Thing";'
    assert.equal(await filed(running, script, 'Every/Thing'), 1)
    assert.deepEqual((await store.mailboxes.find(await alice(), 'Every/Thing'))?.specialUse, ['\\All'])
    const unknown = script.replace('All', 'Unknown').replace('Thing', 'Other')
    assert.equal(await filed(running, unknown, 'Every/Other'), 1)
  })

  test('RFC 9042 §4: a mailbox by its id, whatever its name; by its name where the id is gone', async () => {
    const running = await open()
    const { mailboxId } = await store.mailboxes.create(await alice(), 'Lists')
    await store.mailboxes.create(await alice(), 'Fallback')
    await store.mailboxes.rename(await alice(), 'Lists', 'Renamed')
    const script = (id: string) => `require ["fileinto", "mailboxid"];
      if mailboxidexists "${id}" { fileinto :mailboxid "${id}" "Fallback"; } else { fileinto "Fallback"; }`
    assert.equal(await filed(running, script(mailboxId), 'Renamed'), 1)
    await store.mailboxes.remove(await alice(), 'Renamed')
    assert.equal(await filed(running, script(mailboxId), 'Fallback'), 1)
  })

  test('RFC 8579 §3: whether a use has a mailbox, and whether a mailbox has a use', async () => {
    const running = await open()
    const script = `require ["special-use", "fileinto"];
      if allof (specialuse_exists ["\\\\Junk", "\\\\Sent"], specialuse_exists "Junk" "\\\\Junk",
                not specialuse_exists "Junk" ["\\\\Junk", "\\\\Sent"], not specialuse_exists "\\\\Unknown")
      { fileinto "Archive"; }`
    assert.equal(await filed(running, script, 'Archive'), 1)
  })

  test('RFC 5490: what stands in metadata, of a mailbox and of the server, private and shared', async () => {
    const running = await open()
    const inbox = (await store.mailboxes.find(await alice(), 'INBOX')) ?? assert.fail()
    const bob = (await store.accounts.find('bob@example.org'))?.id ?? assert.fail()
    const value = (text: string) => new TextEncoder().encode(text)
    const set = (mailbox: typeof inbox.id | null, account: typeof bob, name: string, text: string) =>
      store.metadata.set({ mailbox, account }, [{ name, value: value(text) }])
    await set(inbox.id, await alice(), '/shared/comment', 'mine')
    await set(inbox.id, await alice(), '/private/comment', 'secret')
    await set(null, await alice(), '/private/vendor/x/on', 'yes')
    await set(null, bob, '/private/vendor/x/bob', 'his')
    const script = `require ["mboxmetadata", "servermetadata", "fileinto"];
      if allof (metadata "INBOX" "/shared/comment" "mine", metadata "inbox" "/private/comment" "secret",
                not metadataexists "INBOX" ["/shared/comment", "/shared/none"], not metadataexists "Nowhere" "/shared/comment",
                servermetadata "/private/vendor/x/on" "yes", not servermetadataexists "/private/vendor/x/bob")
      { fileinto "Archive"; }`
    assert.equal(await filed(running, script, 'Archive'), 1)
  })

  test('RFC 5235: what filters in front have found, as the configuration says', async () => {
    const contentTests = testedByFields({
      spam: { field: 'X-Spam-Score', clear: 0, certain: 10 },
      virus: { field: 'X-Virus' },
    })
    const running = await open({}, { contentTests })
    const script = `require ["spamtestplus", "virustest", "fileinto", "relational", "comparator-i;ascii-numeric"];
      if spamtest :percent :value "ge" :comparator "i;ascii-numeric" "50" { fileinto "Junk"; }
      elsif virustest :value "eq" :comparator "i;ascii-numeric" "5" { discard; }
      elsif spamtest :count "eq" :comparator "i;ascii-numeric" "0" { fileinto "Archive"; }`
    assert.equal(await filed(running, script, 'Junk', `X-Spam-Score: 5\r\n${message}`), 1)
    assert.equal(await filed(running, script, 'INBOX', `X-Spam-Score: 4\r\n${message}`), 1)
    assert.equal(await filed(running, script, 'INBOX', `X-Spam-Score: 4\r\nX-Virus: Infected\r\n${message}`), 1)
    assert.equal(await filed(running, script, 'Archive'), 1)
  })

  const large = `${Buffer.alloc(300_000, 'x').toString('latin1').replace(/.{76}/g, '$&\r\n')}`
  for (const [size, body] of [
    ['small', 'Hi.'],
    ['large', large],
  ] as const) {
    test(`RFC 5293: a ${size} message is stored, and sent on, as it was edited`, async () => {
      const running = await open()
      const script = `require ["editheader", "fileinto", "copy", "imap4flags"];
        fileinto :copy "Archive";
        addheader "X-Filtered" "yes";
        deleteheader "Subject";
        redirect :copy "far@elsewhere.example";
        addheader :last "X-Last" "1";`
      const text = `From: x@far.example\r\nSubject: hello\r\n\r\n${body}`
      assert.equal(await filed(running, script, 'INBOX', text), 1)
      const [kept] = await messagesIn(store, 'alice@example.org')
      const [archived] = await messagesIn(store, 'alice@example.org', 'Archive')
      const [queued] = await store.queue.list()
      const sent = Buffer.from(await store.contents.readAll(queued?.content ?? assert.fail())).toString()
      const trace = archived?.text.slice(0, archived.text.indexOf('From:')) ?? assert.fail()
      assert.equal(archived?.text, `${trace}${text}\r\n`)
      assert.equal(sent, `X-Filtered: yes\r\n${trace}From: x@far.example\r\n\r\n${body}\r\n`)
      assert.equal(kept?.text, `X-Filtered: yes\r\n${trace}From: x@far.example\r\nX-Last: 1\r\n\r\n${body}\r\n`)
      await service?.stop(0)
      service = null
      for await (const finding of store.check()) assert.fail(finding)
    })
  }

  test('RFC 5703: what is stored is the message with its parts replaced, and enclosed', async () => {
    const running = await open()
    const script = `require ["foreverypart", "mime", "replace", "enclose", "fileinto", "copy"];
      foreverypart { if header :mime :param "filename" :matches "Content-Disposition" "*.exe" { replace "taken away"; } }
      fileinto :copy "Archive";
      enclose :subject "Look out" "See below.";`
    const text = [
      'Subject: hello',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Disposition: attachment; filename=a.exe',
      '',
      'MZ',
      '--b',
      '',
      'kept',
      '--b--',
    ].join('\r\n')
    assert.equal(await filed(running, script, 'INBOX', text), 1)
    const [archived] = await messagesIn(store, 'alice@example.org', 'Archive')
    assert.match(archived?.text ?? '', /\r\n\r\ntaken away\r\n--b\r\n\r\nkept\r\n--b--\r\n$/)
    const [kept] = await messagesIn(store, 'alice@example.org')
    assert.match(kept?.text ?? '', /^Subject: Look out\r\nDate: .*\r\nFrom: <alice@example.org>\r\n/)
    assert.ok(kept?.text.includes(`\r\n\r\n${archived?.text}`))
    const structure = await store.contents.structure(kept?.content ?? assert.fail())
    assert.deepEqual(
      structure.parts.map(part => `${part.type}/${part.subtype}`),
      ['text/plain', 'message/rfc822'],
    )
  })

  test('RFC 5293 §7: a message that is refused is returned as it came in; an edited one is in a mailbox once', async () => {
    const running = await open()
    await store.aliases.add('also@example.org', ['alice@example.org'])
    await setScript(
      store,
      'alice@example.org',
      'require ["editheader", "fileinto", "special-use"]; addheader "X" "y"; fileinto "Junk"; addheader "X" "z"; fileinto :specialuse "\\\\Junk" "Other";',
    )
    const client = await greeted(running, 'smtp')
    await transact(client, '<x@far.example>', ['<alice@example.org>', '<also@example.org>'], message)
    await setScript(
      store,
      'alice@example.org',
      'require ["editheader", "reject"]; deleteheader "Subject"; reject "Größe";',
    )
    await transact(client, '<x@far.example>', ['<alice@example.org>'], message)
    client.close()
    assert.equal((await messagesIn(store, 'alice@example.org', 'Junk')).length, 1)
    const [report] = await store.queue.list()
    assert.match(
      Buffer.from(await store.contents.readAll(report?.content ?? assert.fail())).toString(),
      /Subject: hello/,
    )
  })

  for (const [name, mailbox, limits] of [
    ['has a name that none can have', 'a//b', {}],
    ['would be one too many', 'one more', { mailboxesPerAccount: 6 }],
  ] as const) {
    test(`RFC 5490 §3.2: INBOX takes what a mailbox cannot that ${name}`, async () => {
      const running = await open({ limits })
      await setScript(
        store,
        'alice@example.org',
        `require ["fileinto", "mailbox", "imap4flags"]; fileinto :create :flags "\\\\Seen" "${mailbox}";`,
      )
      assert.equal(await send(running, '<alice@example.org>'), '250 2.0.0')
      assert.deepEqual(
        (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags),
        [['\\Seen']],
      )
    })
  }
})
