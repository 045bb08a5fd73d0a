/** RFC 3030, RFC 2920 and RFC 1870 from the side of the client. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientOptions, Outcome } from './client.ts'
import { Client, type Outgoing } from './client.ts'
import { type Script, scripted } from './scripted.testing.ts'

const original = 'Subject: x\r\n\r\n.dot\r\ntext\r\n'

interface Setting extends Script {
  readonly options?: Partial<ClientOptions>
}

async function setUp(t: { after(end: () => Promise<void>): void }, { options, ...script }: Setting) {
  const server = await scripted(script)
  const client = await Client.open(
    { name: 'mx.far.example', address: '127.0.0.1', canonicalName: 'mx.far.example', secure: false },
    {
      port: server.port,
      name: 'o.example',
      tls: 'never',
      connectSeconds: 5,
      replySeconds: 5,
      chunkOctets: 1000,
      ...options,
    },
  )
  t.after(async () => {
    client.cut()
    await server.close()
  })
  return { server, client }
}

function letter(pieces: readonly (string | Uint8Array)[], more: Partial<Outgoing> = {}): Outgoing {
  return {
    reversePath: 'a@o.example',
    recipients: ['b@far.example'],
    octets: pieces.reduce((sum, piece) => sum + piece.length, 0),
    options: {},
    async *read() {
      for (const piece of pieces) yield Buffer.from(piece)
    },
    ...more,
  }
}

/** Status of each recipient: "sent", or what was said of it. */
function said(outcomes: ReadonlyMap<string, Outcome>): Readonly<Record<string, string>> {
  const told = (outcome: Outcome) =>
    outcome.sent ? 'sent' : `${outcome.permanent ? 'for good' : 'for now'}: ${outcome.status}`
  return Object.fromEntries([...outcomes].map(([recipient, outcome]) => [recipient, told(outcome)]))
}

test('RFC 3030 §4.1: a small message goes by one BDAT, as it is', async t => {
  const { server, client } = await setUp(t, { keywords: ['CHUNKING'] })
  assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'sent' })
  assert.deepEqual(server.lines, [
    'EHLO o.example',
    'MAIL FROM:<a@o.example>',
    'RCPT TO:<b@far.example>',
    `BDAT ${original.length} LAST`,
  ])
  assert.equal(server.contents.join(), original, 'no dot is doubled')
})

test('RFC 3030 §4.2: MAIL and RCPT go together, then the chunks without waiting, octets of any value among them', async t => {
  const { server, client } = await setUp(t, { keywords: ['PIPELINING', 'BINARYMIME', 'CHUNKING', '8BITMIME'] })
  const octets = Buffer.from(Array.from({ length: 2500 }, (_, at) => (at * 7) % 256))
  const recipients = ['b@far.example', 'c@far.example']
  const outcomes = await client.send(
    letter([octets.subarray(0, 1300), octets.subarray(1300)], { recipients, body: 'BINARYMIME' }),
  )
  assert.deepEqual(said(outcomes), { 'b@far.example': 'sent', 'c@far.example': 'sent' })
  assert.deepEqual(server.groups[1], [
    'MAIL FROM:<a@o.example> BODY=BINARYMIME',
    'RCPT TO:<b@far.example>',
    'RCPT TO:<c@far.example>',
  ])
  assert.deepEqual(server.lines.slice(4), ['BDAT 1000', 'BDAT 1000', 'BDAT 500 LAST'])
  assert.deepEqual(server.contents[0], octets)
})

for (const [octets, commands] of [
  [1000, ['BDAT 1000 LAST']],
  [1001, ['BDAT 1000', 'BDAT 1 LAST']],
  [0, ['BDAT 0 LAST']],
] as const) {
  test(`a message of ${octets} octets goes by ${commands.join(' and ')}, chunks of 1000 being the most`, async t => {
    const { server, client } = await setUp(t, { keywords: ['CHUNKING'] })
    await client.send(letter(['x'.repeat(octets)]))
    assert.deepEqual(server.lines.slice(3), commands)
  })
}

test('RFC 3030 §2: lines of text end in CRLF in chunks too, and those are counted', async t => {
  const { server, client } = await setUp(t, { keywords: ['CHUNKING'] })
  await client.send(letter(['A: b\n\nfirst\r', '\nsecond\n', '\nthird']))
  const canonical = 'A: b\r\n\r\nfirst\r\nsecond\r\n\r\nthird'
  assert.equal(server.contents[0]?.toString(), canonical)
  assert.equal(server.lines.at(-1), `BDAT ${canonical.length} LAST`)
})

test('RFC 3030 §2: behind a chunk that failed nothing more of the message is sent, and RSET comes before the next', async t => {
  const { server, client } = await setUp(t, {
    keywords: ['PIPELINING', 'CHUNKING'],
    reply: line => (line === 'BDAT 1000' ? '452 4.3.1 Disk full' : undefined),
  })
  let asked = 0
  const outcomes = await client.send(
    letter([], {
      async *read() {
        for (; asked < 1000; asked++) {
          yield Buffer.alloc(1000, 'x')
          await new Promise(setImmediate)
        }
      },
    }),
  )
  assert.deepEqual(said(outcomes), { 'b@far.example': 'for now: 4.3.1' })
  assert.ok(asked < 1000, 'it stopped before the end')
  assert.ok(!server.lines.some(line => line.endsWith('LAST')))
  assert.ok(client.open)
  await client.send(letter([original]))
  assert.deepEqual(server.lines.slice(-4), [
    'RSET',
    'MAIL FROM:<a@o.example>',
    'RCPT TO:<b@far.example>',
    `BDAT ${original.length} LAST`,
  ])
  assert.equal(server.contents.at(-1)?.toString().endsWith(original), true)
})

test('a chunk that failed counts, even where the server then takes the last one', async t => {
  const { client } = await setUp(t, {
    keywords: ['PIPELINING', 'CHUNKING'],
    reply: line => (line === 'BDAT 1000' ? '554 5.6.0 No' : undefined),
  })
  assert.deepEqual(said(await client.send(letter(['x'.repeat(1500)]))), { 'b@far.example': 'for good: 5.6.0' })
})

test('a message that breaks off between chunks has no LAST, and the connection lives', async t => {
  const { server, client } = await setUp(t, { keywords: ['CHUNKING'] })
  const damaged = new Error('damaged')
  const sending = client.send(
    letter([], {
      async *read() {
        yield Buffer.alloc(1500, 'x')
        throw damaged
      },
    }),
  )
  await assert.rejects(sending, damaged)
  await client.send(letter([original]))
  assert.deepEqual(server.lines.slice(3, 5), ['BDAT 1000', 'RSET'])
})

test('RFC 2920 §3.1: MAIL, RCPT and DATA go together, and dots are doubled', async t => {
  const { server, client } = await setUp(t, { keywords: ['PIPELINING'] })
  await client.send(letter(['Subject: x\r\n\r\n', '.dot\r\n..\r\n', '.']))
  assert.deepEqual(server.groups[1], ['MAIL FROM:<a@o.example>', 'RCPT TO:<b@far.example>', 'DATA'])
  assert.equal(server.contents[0]?.toString(), 'Subject: x\r\n\r\n..dot\r\n...\r\n..\r\n')
})

test('without PIPELINING each command waits for its reply, and none follows a sender that is refused', async t => {
  const { server, client } = await setUp(t, {
    reply: line => (line.startsWith('MAIL FROM:<no') ? '550 5.1.0 No' : undefined),
  })
  await client.send(letter([original]))
  assert.ok(server.groups.every(group => group.length <= 1))
  await client.send(letter([original], { reversePath: 'no@o.example' }))
  assert.deepEqual(server.lines.slice(4), ['MAIL FROM:<no@o.example>'])
})

const oneRefused = (line: string) =>
  line.startsWith('RCPT TO:<b@') ? '550-5.1.1 Nobody\n550 5.1.1 of that name' : undefined
for (const keywords of [[], ['PIPELINING'], ['CHUNKING'], ['PIPELINING', 'CHUNKING']]) {
  const words = keywords.join(' and ') || 'nothing'
  test(`each recipient has its own answer, the server offering ${words}`, async t => {
    const { server, client } = await setUp(t, { keywords, reply: oneRefused })
    const outcomes = await client.send(letter([original], { recipients: ['b@far.example', 'c@far.example'] }))
    assert.deepEqual(said(outcomes), { 'b@far.example': 'for good: 5.1.1', 'c@far.example': 'sent' })
    assert.equal(server.contents.length, 1)
    const [refused] = outcomes.values()
    assert.equal(refused?.reply, '550-5.1.1 Nobody\n550 5.1.1 of that name')
  })

  test(`with no recipient left there is no message, the server offering ${words}, and the next one goes`, async t => {
    const { server, client } = await setUp(t, { keywords, reply: oneRefused })
    assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'for good: 5.1.1' })
    assert.ok(server.contents.every(content => content.length === 0))
    assert.deepEqual(said(await client.send(letter([original], { recipients: ['c@far.example'] }))), {
      'c@far.example': 'sent',
    })
  })
}

test('a server that refuses the sender and goes on with DATA is not trusted any further', async t => {
  const { server, client } = await setUp(t, {
    keywords: ['PIPELINING'],
    reply: line => (line.startsWith('MAIL') ? '550 5.7.1 No' : undefined),
  })
  assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'for good: 5.7.1' })
  assert.equal(client.open, false)
  assert.deepEqual(server.contents, [])
})

for (const [octets, outcome] of [
  [100, 'sent'],
  [101, 'for good: 5.3.4'],
] as const) {
  test(`RFC 1870 §6.1: ${octets} octets to a server that takes 100: ${outcome}`, async t => {
    const { server, client } = await setUp(t, { keywords: ['SIZE 100'] })
    assert.deepEqual(said(await client.send(letter(['x'.repeat(octets)]))), { 'b@far.example': outcome })
    const mails = server.lines.filter(line => line.startsWith('MAIL'))
    assert.deepEqual(mails, outcome === 'sent' ? ['MAIL FROM:<a@o.example> SIZE=100'] : [])
  })
}

test('SIZE without a number, or with 0, says nothing (RFC 1870 §3)', async t => {
  for (const keyword of ['SIZE', 'SIZE 0', 'SIZE many']) {
    const { client } = await setUp(t, { keywords: [keyword] })
    assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'sent' })
  }
})

test('an address that would be more than an address is not sent', async t => {
  const { server, client } = await setUp(t, {})
  const bad = [
    'b@far.example> NOTIFY=NEVER',
    'b@far.example\r\nRSET',
    'b',
    '@far.example',
    'b@far.example,c@far.example',
  ]
  const outcomes = await client.send(letter([original], { recipients: bad }))
  assert.deepEqual(new Set(Object.values(said(outcomes))), new Set(['for good: 5.1.3']))
  const sender = await client.send(letter([original], { reversePath: 'a@o.example>\r\nRSET' }))
  assert.deepEqual(said(sender), { 'b@far.example': 'for good: 5.1.7' })
  assert.deepEqual(server.lines, ['EHLO o.example'])
})

test('421 ends the connection and puts all off that had no answer', async t => {
  const { client } = await setUp(t, {
    keywords: ['PIPELINING'],
    reply: line => (line.startsWith('RCPT TO:<c@') ? '421 4.3.2 Going down' : undefined),
  })
  const outcomes = await client.send(letter([original], { recipients: ['b@far.example', 'c@far.example'] }))
  assert.deepEqual(said(outcomes), { 'c@far.example': 'for now: 4.3.2', 'b@far.example': 'for now: 4.3.2' })
  assert.equal(client.open, false)
})

test('a connection that ends, or says what is no reply, puts the message off', async t => {
  for (const text of [null, 'what?', '250', 'x'.repeat(70_000)]) {
    const { client } = await setUp(t, { reply: line => (line.startsWith('RCPT') ? text : undefined) })
    const outcome = said(await client.send(letter([original])))['b@far.example']
    if (text === '250') assert.equal(outcome, 'sent', 'a code is enough (RFC 5321 §4.2)')
    else assert.equal(outcome, 'for now: 4.4.2')
  }
})

test('a connection that was kept for too long is not the fault of the message', async t => {
  for (const text of [null, '421 4.4.2 Idle for too long']) {
    let mails = 0
    const { client } = await setUp(t, {
      keywords: ['PIPELINING'],
      reply: line => (line.startsWith('MAIL') && ++mails === 2 ? text : undefined),
    })
    assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'sent' })
    await assert.rejects(client.send(letter([original])), { name: 'ConnectionLost' })
    assert.equal(client.open, false)
  }
})

test('a server that is silent is left', async t => {
  const { client } = await setUp(t, {
    options: { replySeconds: 0.05 },
    reply: line => (line.startsWith('RCPT') ? '250-and' : undefined),
  })
  assert.deepEqual(said(await client.send(letter([original]))), { 'b@far.example': 'for now: 4.4.2' })
})

test('ENVID, ORCPT and a header in UTF-8 are said as a server takes them', async t => {
  const { server, client } = await setUp(t, { keywords: ['DSN', 'SMTPUTF8', '8BITMIME', 'SIZE 0'] })
  const options = {
    envid: 'a+b',
    orcpt: 'utf-8;ü@o.example',
    notify: ['SUCCESS', 'DELAY'],
    smtpUtf8: true,
    body: '7BIT',
  } as const
  await client.send(letter([original], { options }))
  assert.deepEqual(server.lines.slice(1, 3), [
    `MAIL FROM:<a@o.example> SIZE=${original.length} SMTPUTF8 ENVID=a+2Bb`,
    'RCPT TO:<b@far.example> NOTIFY=SUCCESS,DELAY ORCPT=utf-8;\\x{FC}@o.example',
  ])
})
