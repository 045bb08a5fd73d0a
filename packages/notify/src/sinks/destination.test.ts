import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, BlockList, type LookupFunction } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { type Destinations, isPublicAddress, lookupFor, mayReach } from './destination.ts'
import { Poster } from './post.ts'

suite('addresses that a request of a user may reach', () => {
  const rows: [address: string, isPublic: boolean][] = [
    ['8.8.8.8', true],
    ['100.63.255.255', true],
    ['100.64.0.1', false],
    ['10.1.2.3', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['172.15.0.1', true],
    ['172.31.255.255', false],
    ['192.168.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['2606:4700:4700::1111', true],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', true],
    ['64:ff9b::7f00:1', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['ff02::1', false],
    ['2001:db8::1', false],
    ['2002:7f00:1::', false],
    ['nonsense', false],
  ]
  for (const [address, isPublic] of rows) test(address, () => assert.equal(isPublicAddress(address), isPublic))
})

test('networks that the operator opens are reached beside public addresses', () => {
  const publicAnd = new BlockList()
  publicAnd.addSubnet('10.1.0.0', 16, 'ipv4')
  publicAnd.addAddress('fd00::7', 'ipv6')
  const rows: [address: string, may: boolean][] = [
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['10.2.0.1', false],
    ['fd00::7', true],
    ['fd00::8', false],
    ['8.8.8.8', true],
    ['127.0.0.1', false],
    ['localhost', false],
  ]
  for (const [address, may] of rows) assert.equal(mayReach({ publicAnd }, address), may, address)
  assert.equal(mayReach('any', '127.0.0.1'), true)
})

suite('a request to a name', () => {
  /** Answers with these, one look-up after another; as a name server does that rebinds. */
  const names = (...answers: readonly (readonly string[])[]): LookupFunction => {
    const left = [...answers]
    return (_hostname, _options, callback) => {
      const addresses = left.shift() ?? assert.fail('looked up too often')
      callback(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
  }

  /** A server that everybody can be led to, and what it was asked. */
  const server = async (t: TestContext, answer: (response: ServerResponse) => void = r => void r.end('hello')) => {
    const asked: string[] = []
    const listening = createServer((request, response) => {
      asked.push(String(request.url))
      answer(response)
    })
    await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      listening.closeAllConnections()
      listening.close()
    })
    return { asked, port: (listening.address() as AddressInfo).port }
  }
  const poster = (destinations: Destinations, lookup?: LookupFunction) =>
    new Poster({ destinations, lookup, requestMilliseconds: 5_000, answerOctets: 100 })
  const post = (through: Poster, url: string) =>
    through.post(new URL(url), () => ({ headers: {}, body: Buffer.from('x') }), new AbortController().signal)
  const forbidden = { name: 'ForbiddenDestination' }

  test('goes to what may be reached, and nowhere else where the name turns inward', async t => {
    const { asked, port } = await server(t)
    // 127.0.0.1 stands for a public address here.
    const publicAnd = new BlockList()
    publicAnd.addAddress('127.0.0.1', 'ipv4')
    const rebinding = names(['127.0.0.1'], ['127.0.0.2'], ['::1'], ['169.254.169.254', '10.0.0.1'])
    const url = `http://push.example:${port}/`
    const through = poster({ publicAnd }, rebinding)
    assert.equal((await post(through, url)).body.toString(), 'hello')
    // The next request needs a connection, and so a look-up, of its own.
    through.close()
    for (let attempt = 0; attempt < 3; attempt++) {
      const again = poster({ publicAnd }, rebinding)
      await assert.rejects(post(again, url), forbidden)
      again.close()
    }
    assert.equal(asked.length, 1)
  })

  test('uses, of several addresses, those that may be reached', async t => {
    const { asked, port } = await server(t)
    const publicAnd = new BlockList()
    publicAnd.addAddress('127.0.0.1', 'ipv4')
    const through = poster({ publicAnd }, names(['10.0.0.1', '::1', '127.0.0.1']))
    t.after(() => through.close())
    await post(through, `http://push.example:${port}/`)
    assert.equal(asked.length, 1)
  })

  for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0177.0.0.1', '[fe80::1]']) {
    test(`is refused where it writes out ${host}`, async t => {
      const { asked, port } = await server(t)
      await assert.rejects(post(poster('public'), `http://${host}:${port}/`), forbidden)
      assert.equal(asked.length, 0)
    })
  }

  test('is refused where the system’s own look-up leads inside', async t => {
    const { asked, port } = await server(t)
    await assert.rejects(post(poster('public'), `http://localhost:${port}/`), forbidden)
    assert.equal(asked.length, 0)
  })

  test('follows no redirect', async t => {
    const inner = await server(t)
    const location = `http://127.0.0.1:${inner.port}/secret`
    const outer = await server(t, response => void response.writeHead(307, { location }).end())
    const through = poster('any')
    t.after(() => through.close())
    assert.equal((await post(through, `http://127.0.0.1:${outer.port}/`)).status, 307)
    assert.equal(inner.asked.length, 0)
  })

  test('hears of a look-up that fails, and of one without an answer', () => {
    const failing: LookupFunction = (_hostname, _options, callback) => callback(new Error('no such name'), '')
    lookupFor('public', 'push.example', failing)('push.example', {}, error => {
      assert.equal(error?.message, 'no such name')
    })
    lookupFor('public', 'push.example', names([]))('push.example', {}, error => {
      assert.equal(error?.name, 'ForbiddenDestination')
    })
    lookupFor('public', 'push.example', names(['8.8.8.8', '127.0.0.1']))('push.example', {}, (error, address, family) =>
      assert.deepEqual([error, address, family], [null, '8.8.8.8', 4]),
    )
  })
})
