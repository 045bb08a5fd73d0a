/** URLs that one user makes and another redeems (RFC 4467 §3, RFC 5593 §3.3), and large ones. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Contents } from '@lemonade/store'
import fc from 'fast-check'
import { Client, type Server } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

const text = 'Subject: x\r\n\r\nBody\r\n'

describe('authorized URLs', () => {
  let imap: TestImap
  let server: Server
  const names: string[] = []

  before(async () => {
    imap = await TestImap.start()
    for (let i = 0; i < 3; i++) names.push(await imap.account())
    const [alice = '', , submitter = ''] = names
    await imap.append(alice, 'INBOX', Buffer.from(text))
    const urlApplications = new Map([
      ['submit', new Set([submitter])],
      ['exampleapp3', new Set([submitter])],
    ])
    server = serverOf(await imap.serve({ urlApplications }))
  })
  after(() => imap.stop())

  const login = async (who: number): Promise<Client> => {
    const client = await Client.open(server)
    await client.response()
    await client.prologue('l', `LOGIN ${names[who]} "${password}"`)
    return client
  }
  const urlOf = (access: string, rest = '') => `imap://${local(0)}@example.org/INBOX/;UID=1${rest};URLAUTH=${access}`
  const local = (who: number) => (names[who] ?? '').replace(/@.*/, '')
  const mint = async (client: Client, url: string): Promise<string> => {
    client.send(`m GENURLAUTH "${url}" INTERNAL\r\n`)
    const response = (await client.response()) ?? ''
    const authorized = /^\* GENURLAUTH "([^"]+)"$/.exec(response)?.[1]
    assert.ok(authorized, response)
    assert.match((await client.response()) ?? '', /^m OK/)
    return authorized
  }
  /** What URLFETCH gives for one URL; null for NIL. */
  const fetch = async (client: Client, url: string): Promise<string | null> => {
    client.send(`f URLFETCH "${url}"\r\n`)
    const response = (await client.response()) ?? ''
    assert.match((await client.response()) ?? '', /^f OK/)
    const [, data = ''] = /^\* URLFETCH "[^"]*" (.*)$/s.exec(response) ?? assert.fail(response)
    return data === 'NIL' ? null : data.replace(/^\{\d+\}↵/, '').replaceAll('↵', '\r\n')
  }

  test('who may redeem what', async () => {
    const [alice, bob, submitter] = await Promise.all([login(0), login(1), login(2)])
    const rows: readonly (readonly [access: string, alice: boolean, bob: boolean, submitter: boolean])[] = [
      ['anonymous', true, true, true],
      ['authuser', true, true, true],
      [`user+${local(0)}`, true, false, false],
      [`user+${names[1]?.replace('@', '%40').toUpperCase()}`, false, true, false],
      ['user+nobody', false, false, false],
      // Whose submission it is, the submission server knows (RFC 4467 §3).
      [`submit+${local(0)}`, false, false, true],
      ['submit+nobody', false, false, true],
      ['stream', false, false, false],
      ['exampleapp3', false, false, true],
      ['exampleapp3+testuser', false, false, true],
    ]
    for (const [access, ...may] of rows) {
      const url = await mint(alice, urlOf(access))
      for (const [who, client] of [alice, bob, submitter].entries()) {
        assert.equal(await fetch(client, url), may[who] ? text : null, `${access} by ${who}`)
      }
    }
    for (const client of [alice, bob, submitter]) client.close()
  })

  test('an application that was not configured cannot be named', async () => {
    const client = await login(0)
    client.send(`a GENURLAUTH "${urlOf('another')}" INTERNAL\r\n`)
    assert.match((await client.response()) ?? '', /^a BAD/)
    client.close()
  })

  test('a URL is its owner’s: nobody else makes it, and it ends with the account', async () => {
    const bob = await login(1)
    bob.send(`a GENURLAUTH "${urlOf('anonymous')}" INTERNAL\r\n`)
    assert.match((await bob.response()) ?? '', /^a BAD/)
    const gone = await imap.account()
    await imap.append(gone, 'INBOX', Buffer.from(text))
    names.push(gone)
    const owner = await login(3)
    const url = await mint(owner, urlOf('anonymous').replace(local(0), local(3)))
    assert.equal(await fetch(bob, url), text)
    const account = await imap.store.accounts.find(gone)
    assert.ok(account)
    await imap.store.accounts.remove(account.id)
    assert.equal(await fetch(bob, url), null)
    for (const client of [bob, owner]) client.close()
  })

  test('rights are asked when a URL of a shared mailbox is made and when it is redeemed (RFC 4467 §7)', async () => {
    const owner = await imap.account()
    const sharer = await imap.account()
    const at = names.push(sharer) - 1
    await imap.append(owner, 'box', Buffer.from(text))
    const box = await imap.mailbox(owner, 'box')
    const id = (await imap.store.accounts.find(sharer))?.id
    assert.ok(id)
    const share = (letters: Iterable<'l' | 'r' | 's'>) =>
      imap.store.acl.change(box, { account: id, negative: false, mode: 'replace', rights: letters })
    const [client, other] = await Promise.all([login(at), login(1)])
    const url = urlOf('anonymous').replace(local(0), local(at)).replace('INBOX', `Other%20Users/${owner}/box`)
    const refused = async () => {
      client.send(`a GENURLAUTH "${url}" INTERNAL\r\n`)
      assert.match((await client.response()) ?? '', /^a BAD/)
    }
    await refused()
    await share(['l', 's'])
    await refused()
    await share(['l', 'r'])
    const authorized = await mint(client, url)
    assert.equal(await fetch(other, authorized), text)
    await share(['l'])
    assert.equal(await fetch(other, authorized), null)
    await share(['r'])
    assert.equal(await fetch(other, authorized), text)
    // The owner's key is another one.
    const owners = await imap.store.accounts.find(owner)
    assert.ok(owners)
    await imap.store.urlKeys.removeAll(owners.id)
    assert.equal(await fetch(other, authorized), text)
    await client.prologue('r', `RESETKEY "Other Users/${owner}/box"`)
    assert.equal(await fetch(other, authorized), null)
    for (const each of [client, other]) each.close()
  })

  test('an expunged message is gone from its URLs', async () => {
    const alice = await login(0)
    await imap.append(names[0] ?? '', 'Trash', Buffer.from(text))
    const url = await mint(alice, urlOf('anonymous').replace('INBOX', 'Trash'))
    assert.equal(await fetch(alice, url), text)
    await alice.prologue('s', 'SELECT Trash')
    await alice.prologue('s', 'STORE 1 +FLAGS (\\Deleted)')
    await alice.prologue('s', 'EXPUNGE')
    assert.equal(await fetch(alice, url), null)
    alice.close()
  })

  test('whatever is changed in a URL, it gives nothing, or what it gave', async () => {
    const client = await login(0)
    const url = await mint(client, urlOf('anonymous', '/;SECTION=TEXT'))
    const splice = fc.tuple(
      fc.nat(url.length),
      fc.nat(3),
      fc.constantFrom('', '/', ';', ':', '0', 'a', '%41', '+', '@'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(splice, { minLength: 1, maxLength: 2 }), async changes => {
        const changed = changes.reduce((so, [at, drop, put]) => so.slice(0, at) + put + so.slice(at + drop), url)
        const data = await fetch(client, changed)
        // The case of the mechanism and of the token is all that may differ.
        if (data !== null) assert.equal(changed.toLowerCase(), url.toLowerCase())
      }),
      { seed: 4467, numRuns: 400 },
    )
    client.close()
  })

  test('50 MB are streamed: the server reads no further ahead than its client', async () => {
    const large = Buffer.alloc(50 * 1024 * 1024, `${'x'.repeat(70)}\r\n`)
    await imap.append(names[0] ?? '', 'Archive', Buffer.concat([Buffer.from('Subject: large\r\n\r\n'), large]))
    let read = 0
    const contents: Contents = {
      ...imap.store.contents,
      async *read(...range) {
        for await (const piece of imap.store.contents.read(...range)) {
          read += piece.length
          yield piece
        }
      },
    }
    server = serverOf(await imap.serve({ store: { ...imap.store, contents } }))
    const [client, other] = await Promise.all([login(0), login(1)])
    const url = await mint(client, urlOf('anonymous', '/;SECTION=TEXT').replace('INBOX', 'Archive'))
    client.close()
    const socket = connect(server.port, server.host)
    let received = 0
    let begun = () => {}
    const first = new Promise<void>(resolve => {
      begun = resolve
    })
    socket.on('data', piece => {
      received += piece.length
      if (received < 2 * 65_536) return
      begun()
      if (received < 1024 * 1024) socket.pause()
    })
    socket.write(`l LOGIN ${names[0]} "${password}"\r\nf URLFETCH "${url}"\r\nf LOGOUT\r\n`)
    await first
    // As long as others are served and it reads on, it may still be filling the buffers of the network.
    for (let before = -1, still = 0; still < 200; before = read) {
      await other.prologue('n', 'NOOP')
      still = read === before ? still + 1 : 0
    }
    assert.ok(read > 0 && read < 20 * 1024 * 1024, `${read} octets were read for a client that stands still`)
    socket.removeAllListeners('data').on('data', piece => {
      received += piece.length
    })
    socket.resume()
    await new Promise(resolve => socket.once('close', resolve))
    assert.ok(received > large.length)
    assert.equal(read, large.length)
    other.close()
  })
})
