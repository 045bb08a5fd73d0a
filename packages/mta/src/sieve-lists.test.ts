/** External lists, and what ESMTP says besides addresses, through all of delivery. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type AccountId, type Store, serverAccount } from '@lemonade/store'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from './testing.ts'

describe('lists and parameters', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService
  let alice: AccountId

  beforeEach(async () => {
    ;({ store, close } = await openTestStore())
    service = await startMta(store, { limits: { outboundConnections: 0 } })
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
  })
  afterEach(async () => {
    await service.stop(0)
    await close()
  })

  const deliver = async (from = '<x@far.example>', to = '<alice@example.org>') => {
    const client = await greeted(service, 'smtp')
    const reply = await transact(client, from, [to], 'From: X <x@far.example>\r\n\r\nHi.')
    client.close()
    assert.match(reply, /^250 /)
  }
  const fill = (name: string, ...lines: string[]) =>
    store.metadata.set({ mailbox: null, account: name.startsWith('/shared/') ? serverAccount : alice }, [
      { name, value: Buffer.from(lines.join('\r\n')) },
    ])
  const script = (source: string) =>
    setScript(store, 'alice@example.org', `require ["extlists", "fileinto", "mailbox", "envelope"]; ${source}`)
  const filed = async () => (await messagesIn(store, 'alice@example.org', 'Known')).length
  const known = (list: string) => script(`if envelope :list "from" "${list}" { fileinto :create "Known"; }`)

  test('RFC 6134 §2.5: the address book is a value of metadata, one member a line', async () => {
    await known(':addrbook:default')
    await deliver()
    assert.equal(await filed(), 0)
    await fill('/private/vendor/lemonade/addrbook/default', 'Ann <a@far.example>', '', ' Xaver <X@Far.example> ')
    await deliver()
    assert.equal(await filed(), 1)
  })

  test('a list of the owner’s own comes before everybody’s, whatever its URI', async () => {
    const list = 'tag:example.com,2010-05-28:my/list'
    await known(list)
    await fill('/shared/vendor/lemonade/lists/tag:example.com,2010-05-28:my=2Flist', 'x@far.example')
    await deliver()
    assert.equal(await filed(), 1)
    await fill('/private/vendor/lemonade/lists/tag:example.com,2010-05-28:my=2Flist', 'y@far.example')
    await deliver()
    assert.equal(await filed(), 1)
  })

  test('RFC 6134 §2.2: a list that is not there is an error of the run', async () => {
    await known(':addrbook:gone')
    await deliver()
    const [, complaint] = await messagesIn(store, 'alice@example.org')
    assert.match(complaint?.text ?? '', /The list ":addrbook:gone" cannot be asked/)
  })

  test('RFC 6134 §2.3: a message to all members, the owner among them', async () => {
    await fill('/private/vendor/lemonade/addrbook/friends', 'Ann <a@far.example>', 'b@far.example', 'alice@example.org')
    await script('redirect :list ":addrbook:friends";')
    await deliver()
    assert.deepEqual(
      (await store.queue.list()).map(({ recipient }) => recipient),
      ['a@far.example', 'b@far.example'],
    )
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 1)
    await fill('/private/vendor/lemonade/addrbook/friends', 'a@far.example', 'no address')
    await deliver()
    const found = await messagesIn(store, 'alice@example.org')
    assert.match(found.at(-1)?.text ?? '', /No message can be sent to the list/)
  })

  test('RFC 6134 §2.3: as many members as the limit allows, and one more', async () => {
    const members = Array.from({ length: 51 }, (_, i) => `m${i}@far.example`)
    await script('redirect :list ":addrbook:many";')
    await fill('/private/vendor/lemonade/addrbook/many', ...members.slice(1))
    await deliver()
    assert.equal((await store.queue.list()).length, 50)
    await fill('/private/vendor/lemonade/addrbook/many', ...members)
    await deliver()
    assert.equal((await store.queue.list()).length, 50)
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 2)
  })

  test('RFC 6009 §4: what the client said, decoded', async () => {
    await setScript(
      store,
      'alice@example.org',
      `require ["envelope", "envelope-dsn", "fileinto", "mailbox"];
       if allof (envelope "notify" "FAILURE", envelope "notify" "DELAY", not envelope "notify" "SUCCESS",
         envelope :is "orcpt" "rfc822;a+b@far.example", envelope "ret" "hdrs", envelope :is "envid" "Q+1")
       { fileinto :create "Known"; }`,
    )
    await deliver(
      '<x@far.example> RET=HDRS ENVID=Q+2B1',
      '<alice@example.org> NOTIFY=DELAY,FAILURE ORCPT=rfc822;a+2Bb@far.example',
    )
    assert.equal(await filed(), 1)
    await deliver()
    assert.equal(await filed(), 1)
  })

  test('RFC 6009 §6.1: the owner sends what the owner wants to hear of; nobody what nobody sent', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require ["copy", "redirect-dsn"]; redirect :copy :notify "SUCCESS" :ret "HDRS" "a@far.example"; redirect "b@far.example";',
    )
    await deliver('<x@far.example> RET=FULL')
    await deliver('<>')
    assert.deepEqual(
      (await store.queue.list()).map(({ recipient, reversePath, options: { notify, ret } }) => [
        recipient,
        reversePath.replace(/^SRS0=\w+=\w+=/, 'SRS0='),
        notify?.join(),
        ret,
      ]),
      [
        ['a@far.example', 'alice@example.org', 'SUCCESS', 'HDRS'],
        ['b@far.example', 'SRS0=far.example=x@example.org', undefined, 'FULL'],
        ['a@far.example', '', 'SUCCESS', 'HDRS'],
        ['b@far.example', '', undefined, undefined],
      ],
    )
  })
})
