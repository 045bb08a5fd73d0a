/** What becomes of a message where filters find something, nothing, or cannot be asked: with programs of the test's own. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import type { PreparedContent } from '@lemonade/store'
import { defaultMtaLimits } from '../limits.ts'
import { clamAv } from './clamav.ts'
import type { ContentFilter, Examined, Treatment } from './filter.ts'
import { Inspector, type InspectorOptions, isRejection } from './inspector.ts'
import { defaultTreatments, rspamd } from './rspamd.ts'

const contentOf = (octets: Buffer) =>
  ({
    octets: octets.length,
    read: async function* (start: number, end: number) {
      for (let at = start; at < end; at += 100_000) yield octets.subarray(at, Math.min(end, at + 100_000))
    },
  }) as unknown as PreparedContent

const message = (body: string | Buffer = 'Hello.\r\n', more: Partial<Examined> = {}): Examined => ({
  id: 'ID1',
  content: contentOf(Buffer.concat([Buffer.from('own: x\r\n'), Buffer.from(body)])),
  skipped: 8,
  clientAddress: '::ffff:192.0.2.1',
  hello: 'client.example',
  reversePath: 'a@far.example',
  recipients: ['alice@example.org', 'bob@example.org'],
  user: null,
  ...more,
})

function inspector(filters: readonly ContentFilter[], limits: Partial<InspectorOptions['limits']> = {}): Inspector {
  return new Inspector({ filters, limits: { ...defaultMtaLimits, ...limits }, log: silentLog, metrics: noMetrics })
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A daemon that answers by what it was sent. */
async function clamd(answer: (octets: Buffer, socket: Socket) => string | null) {
  const server = createServer(socket => {
    const pieces: Buffer[] = []
    socket.on('error', () => {})
    socket.on('data', piece => {
      pieces.push(piece)
      const all = Buffer.concat(pieces)
      if (!all.subarray(-4).equals(Buffer.alloc(4))) return
      const said = answer(all, socket)
      if (said !== null) socket.end(said)
    })
  })
  const options = { unavailable: 'accept', infected: 'refuse', suspect: 'junk' } as const
  const at = { host: '127.0.0.1', port: await portOf(server) }
  return { filter: clamAv({ at, ...options }), closed: clamAv({ at, ...options, unavailable: 'defer' }), server }
}

async function http(status: number, answer: unknown, asked: IncomingHttpHeaders[] = [], bodies: string[] = []) {
  const server = createHttpServer(async (request, response) => {
    asked.push(request.headers)
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    bodies.push(Buffer.concat(pieces).toString('utf8'))
    response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  const url = `http://127.0.0.1:${await portOf(server)}`
  return { filter: rspamd({ url, unavailable: 'accept', treatments: defaultTreatments }), server }
}

describe('ClamAV', () => {
  test('chunks have their lengths in front, and nothing of our own is in them', async () => {
    const body = Buffer.alloc(250_000, 'x')
    let sent: Buffer = Buffer.alloc(0)
    const { filter, server } = await clamd(octets => {
      sent = octets
      return 'stream: OK\0'
    })
    const found = await inspector([filter]).inspect(message(body))
    server.close()
    assert.deepEqual(found, {
      treatment: 'mark',
      fields: 'X-Lemonade-Virus: 1 clean\r\n',
      results: { clamav: 'clean' },
    })
    assert.equal(sent.subarray(0, 10).toString(), 'zINSTREAM\0')
    let at = 10
    const pieces: Buffer[] = []
    for (;;) {
      const length = sent.readUInt32BE(at)
      at += 4
      if (length === 0) break
      assert.ok(length <= 65_536)
      pieces.push(sent.subarray(at, at + length))
      at += length
    }
    assert.ok(Buffer.concat(pieces).equals(body))
    assert.equal(at, sent.length)
  })

  const rows: readonly [says: string, treatment: Treatment | 'refuse' | 'defer', field: string][] = [
    ['stream: Win.Test.EICAR_HDB-1 FOUND\0', 'refuse', ''],
    ['stream: Heuristics.Phishing.Email FOUND\0', 'junk', 'X-Lemonade-Virus: 4 Heuristics.Phishing.Email\r\n'],
    ['stream: PUA.Win.Tool FOUND\0', 'junk', 'X-Lemonade-Virus: 4 PUA.Win.Tool\r\n'],
    ['INSTREAM size limit exceeded. ERROR\0', 'mark', ''],
    ['UNKNOWN COMMAND\0', 'mark', ''],
    ['', 'mark', ''],
  ]
  for (const [says, treatment, field] of rows) {
    test(`"${says.replace('\0', '')}" means ${treatment}`, async () => {
      const { filter, server } = await clamd(() => says)
      const found = await inspector([filter]).inspect(message())
      server.close()
      if (isRejection(found))
        assert.deepEqual([found.reply.code, found.reply.status, treatment], [550, '5.7.1', 'refuse'])
      else assert.deepEqual([found.treatment, found.fields], [treatment, field])
    })
  }

  test('an answer before the end, and a daemon that takes no more', async () => {
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('INSTREAM size limit exceeded. ERROR\0', () => socket.destroy()))
    })
    const at = { host: '127.0.0.1', port: await portOf(server) }
    const filter = clamAv({ at, unavailable: 'defer', infected: 'refuse', suspect: 'junk' })
    const found = await inspector([filter]).inspect(message(Buffer.alloc(20_000_000, 'x')))
    server.close()
    // Where the connection broke before the answer was read, nobody knows; but nothing hangs.
    if (isRejection(found)) assert.equal(found.reply.status, '4.3.0')
    else assert.equal(found.results['clamav'], 'too big')
  })

  test('one that never answers is given up in time, open or closed', async () => {
    const { filter, closed, server } = await clamd(() => null)
    const [open, shut] = await Promise.all(
      [filter, closed].map(each => inspector([each], { filterSeconds: 0.05 }).inspect(message())),
    )
    server.close()
    assert.deepEqual(open, { treatment: 'mark', fields: '', results: { clamav: 'unavailable' } })
    assert.ok(shut !== undefined && isRejection(shut))
    assert.deepEqual([shut.reply.code, shut.reply.status], [451, '4.3.0'])
  })

  test('one that is not there', async () => {
    const filter = clamAv({ at: '/nowhere/clamd.sock', unavailable: 'accept', infected: 'refuse', suspect: 'junk' })
    assert.equal((await inspector([filter]).inspect(message())).results['clamav'], 'unavailable')
  })
})

describe('rspamd', () => {
  test('the envelope goes along in the request, whatever is in it', async () => {
    const [asked, bodies]: [IncomingHttpHeaders[], string[]] = [[], []]
    const { filter, server } = await http(200, { action: 'no action', score: 0 }, asked, bodies)
    const odd = { reversePath: 'j\u00fcrgen@far.example', hello: 'a\r\nUser: root', user: 'alice@example.org' }
    await inspector([filter]).inspect(message('Hi.\r\n', odd))
    server.close()
    const { ip, helo, from, rcpt, user } = asked[0] ?? {}
    assert.equal(bodies[0], 'Hi.\r\n')
    assert.deepEqual(
      { ip, helo, rcpt, user },
      {
        ip: '192.0.2.1',
        helo: 'a??User: root',
        rcpt: 'alice@example.org, bob@example.org',
        user: 'alice@example.org',
      },
    )
    assert.equal(Buffer.from(String(from), 'latin1').toString('utf8'), odd.reversePath)
  })

  const rows: readonly [answer: unknown, means: string, field: string][] = [
    [{ action: 'no action', score: -3, required_score: 10 }, 'mark', '0 action=no_action score=-3/10'],
    [{ action: 'no action', score: 0.001, required_score: 10 }, 'mark', '1 action=no_action score=0/10'],
    [{ action: 'add header', score: 9.999, required_score: 10 }, 'junk', '99 action=add_header score=10/10'],
    [{ action: 'rewrite subject', score: 6 }, 'junk', '40 action=rewrite_subject score=6/15'],
    [{ action: 'quarantine', score: 6 }, 'junk', '40 action=quarantine score=6/15'],
    [{ action: 'greylist', score: 4 }, 'mark', '27 action=greylist score=4/15'],
    [{ action: 'tag it', score: 20 }, 'mark', '100 action=tag_it score=20/15'],
    [{ action: 'x\r\nBcc: all', score: 0 }, 'mark', '0 action=x Bcc:_all score=0/15'],
    [{ action: 'no action', score: 0, is_skipped: true }, 'mark', ''],
    [{ action: 'reject', score: 0 }, '550 5.7.1', ''],
    [{ action: 'discard', score: 0 }, '550 5.7.1', ''],
    [{ action: 'soft reject', score: 0 }, '451 4.7.1', ''],
    ['no JSON', 'mark', ''],
    [{ error: 'x' }, 'mark', ''],
    [[], 'mark', ''],
    [null, 'mark', ''],
    ['x'.repeat(2_000_000), 'mark', ''],
  ]
  for (const [answer, means, field] of rows) {
    test(`${JSON.stringify(answer).slice(0, 70)} means ${means}`, async () => {
      const { filter, server } = await http(200, answer)
      const found = await inspector([filter]).inspect(message())
      server.close()
      if (isRejection(found)) assert.equal(`${found.reply.code} ${found.reply.status}`, means)
      else {
        assert.equal(found.treatment, means)
        assert.equal(found.fields, field === '' ? '' : `X-Lemonade-Spam: ${field}\r\n`)
      }
    })
  }

  test('symbols, the heaviest first, and no more than thirty', async () => {
    const symbols = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`S${at}`, { score: at - 40 }]))
    const { filter, server } = await http(200, { action: 'no action', score: 1, symbols })
    const found = await inspector([filter]).inspect(message())
    server.close()
    assert.ok(!isRejection(found))
    assert.match(found.fields.replaceAll('\r\n', ''), /score=1\/15 S99\(59\) S98\(58\)/)
    assert.equal(found.fields.match(/S\d+\(/g)?.length, 30)
  })

  test('413 is too big, another status is no answer', async () => {
    for (const [status, detail] of [
      [413, 'too big'],
      [500, 'unavailable'],
    ] as const) {
      const { filter, server } = await http(status, { action: 'reject', score: 1 })
      assert.equal((await inspector([filter]).inspect(message())).results['rspamd'], detail)
      server.close()
    }
  })
})

describe('all together', () => {
  const filter = (treatment: Treatment, name = treatment): ContentFilter => ({
    name,
    unavailable: 'accept',
    examine: async () => ({ result: name, treatment, detail: name, field: null }),
  })

  test('the strongest counts', async () => {
    const rows: readonly [treatments: readonly Treatment[], means: string][] = [
      [[], 'mark'],
      [['mark', 'junk'], 'junk'],
      [['junk', 'defer'], '451'],
      [['refuse', 'defer'], '550'],
    ]
    for (const [treatments, means] of rows) {
      const found = await inspector(treatments.map(each => filter(each))).inspect(message())
      assert.equal(isRejection(found) ? String(found.reply.code) : found.treatment, means)
    }
  })

  test('a message at the limit is examined, one past it is not', async () => {
    for (const [octets, detail] of [
      [1000, 'junk'],
      [1001, 'too big'],
    ] as const) {
      const found = await inspector([filter('junk')], { filterOctets: 1000 }).inspect(message('x'.repeat(octets)))
      assert.equal(found.results['junk'], detail)
    }
  })

  test('so many at a time; who waits too long counts as not examined', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let [running, most] = [0, 0]
    const slow: ContentFilter = {
      ...filter('junk'),
      examine: async () => {
        most = Math.max(most, ++running)
        await promise
        running--
        return { result: 'x', treatment: 'junk', detail: 'x', field: null }
      },
    }
    const two = inspector([slow], { filterChecks: 2, filterSeconds: 0.2 })
    const all = [1, 2, 3].map(() => two.inspect(message()))
    assert.equal((await all[2])?.results['junk'], 'unavailable')
    resolve()
    assert.deepEqual(
      (await Promise.all(all)).map(found => found.results['junk']),
      ['x', 'x', 'unavailable'],
    )
    assert.equal(most, 2)
    assert.equal((await two.inspect(message())).results['junk'], 'x', 'the slots are free again')
  })

  test('who is not waited for any more ends at once', async () => {
    const given = new AbortController()
    const { filter: hanging, server } = await clamd(() => null)
    const found = inspector([hanging]).inspect(message(), given.signal)
    await once(server, 'connection')
    given.abort()
    assert.equal((await found).results['clamav'], 'unavailable')
    server.close()
  })
})
