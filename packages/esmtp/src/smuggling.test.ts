/** SMTP smuggling: whatever is sent, and however it is cut into packets, nothing but CRLF ends a line, nor CRLF.CRLF a message. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '@lemonade/net'
import fc from 'fast-check'
import { core } from './core/index.ts'
import { Dispatcher } from './dispatch.ts'
import type { Conversation } from './extension.ts'
import { binaryMime, chunking, eightBitMime, enhancedStatusCodes, pipelining, size } from './extensions/index.ts'
import { defaultEsmtpLimits } from './limits.ts'
import { ClientGone } from './problem.ts'
import { registryOf } from './registry.ts'
import { replies } from './reply.ts'
import { Session } from './session.ts'
import { Intake } from './wire/intake.ts'

/** The codes of all replies, and the messages that were taken in. A conversation that the server ended ends in 'closed'. */
interface Course {
  readonly codes: readonly string[]
  readonly taken: readonly { readonly from: string; readonly text: string }[]
}

/** Octets that come in packets, as they are cut here, to a conversation without a socket. */
async function converse(packets: readonly string[]): Promise<Course> {
  const intake = new Intake()
  const codes: string[] = []
  const taken: { from: string; text: string }[] = []
  const session = new Session({
    id: 'x',
    protocol: 'SMTP',
    hostname: 'mail.example.org',
    remote: { host: '192.0.2.1', port: 1 },
    limits: { ...defaultEsmtpLimits, commandOctets: 200 },
    log: silentLog,
    channel: { secure: true, loopback: false, remote: '192.0.2.1' },
  })
  const conversation: Conversation = {
    session,
    registry: registryOf([
      ...core('SMTP'),
      ...[pipelining, size, eightBitMime, chunking, binaryMime, enhancedStatusCodes],
    ]),
    receiver: {
      mail: async () => {},
      rcpt: async () => {},
      message: async ({ reversePath }) => {
        const pieces: Uint8Array[] = []
        return {
          write: async octets => {
            pieces.push(Uint8Array.from(octets))
          },
          abort: async () => {},
          finish: async () => {
            taken.push({ from: reversePath, text: Buffer.concat(pieces).toString('latin1') })
            return replies.delivered
          },
        }
      },
    },
    ask: () => Promise.reject(new ClientGone()),
    message: async (start, limits, write) => {
      codes.push(String(start.code))
      const received = await intake.message(limits, write)
      if (received === null) throw new ClientGone()
      return received
    },
    chunk: async (octets, _, write) => {
      if (!(await intake.chunk(octets, write))) throw new ClientGone()
    },
    startTls: async () => {},
  }
  const answering = answerAll(new Dispatcher(conversation), intake, codes)
  for (const packet of packets) await new Promise<void>(used => intake.push(Buffer.from(packet, 'latin1'), used))
  intake.end()
  await answering
  return { codes, taken }
}

async function answerAll(dispatcher: Dispatcher, intake: Intake, codes: string[]): Promise<void> {
  try {
    for (let line = await intake.line(200); line !== null; line = await intake.line(200)) {
      const answers = await dispatcher.dispatch(line)
      codes.push(...answers.map(({ code, status }) => (status === null ? String(code) : `${code} ${status}`)))
      if (!answers.some(({ last }) => last === true)) continue
      codes.push('closed')
      intake.end()
      return
    }
  } catch (error) {
    if (!(error instanceof ClientGone)) throw error
  }
}

/** The course of it, which is the same in one packet, octet by octet and in two packets wherever they part. */
async function inEveryCut(wire: string): Promise<Course> {
  const course = await converse([wire])
  assert.deepEqual(await converse([...wire]), course, 'octet by octet')
  for (let cut = 1; cut < wire.length; cut++) {
    assert.deepEqual(await converse([wire.slice(0, cut), wire.slice(cut)]), course, `cut at ${cut}`)
  }
  return course
}

const hello = 'EHLO x\r\n'
const envelope = 'MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n'
const evil = 'MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nevil\r\n.\r\n'
const opened = ['250', '250 2.1.0', '250 2.1.5']

const breaks = ['\n', '\r', '\r\n', '\n\r', '\r\r', '\n\n', '\r\r\n', '\r\n\r', '\r\n\n', '\0\r\n', '\r\n\0', '\r\n ']
const ends = breaks
  .flatMap(before => ['.', '..', '.\0', '. ', '.\t'].flatMap(dot => breaks.map(after => `${before}${dot}${after}`)))
  .filter(end => !end.includes('\r\n.\r\n'))

test('DATA: nothing that is nearly the end is the end, and what others may take for it is refused', async () => {
  for (const end of ends) {
    const { codes, taken } = await converse([`${hello}${envelope}DATA\r\nhello${end}${evil}QUIT\r\n`])
    const mistakable = /(?<!\r)\n|\r\.[\r\n]|\n\.\r(?!\n)/.test(end)
    const answer = mistakable ? '550 5.6.0' : '250 2.0.0'
    assert.deepEqual(codes, [...opened, '354', answer, '221 2.0.0', 'closed'], JSON.stringify(end))
    assert.deepEqual(
      taken.map(({ from }) => from),
      mistakable ? [] : ['a@x.example'],
      JSON.stringify(end),
    )
  }
})

test('DATA: the packets it comes in change nothing', async () => {
  for (const end of [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\r\n.\r\r\n',
    '\r\n..\r\n',
    '\r\n.\r\n',
  ]) {
    const wire = `${hello}${envelope}DATA\r\nhello${end}QUIT\r\n.\r\nQUIT\r\n`
    const { codes } = await inEveryCut(wire)
    const isEnd = end === '\r\n.\r\n'
    const answers = isEnd ? ['250 2.0.0'] : [end === '\r\n..\r\n' ? '250 2.0.0' : '550 5.6.0']
    assert.deepEqual(codes, [...opened, '354', ...answers, '221 2.0.0', 'closed'], JSON.stringify(end))
  }
})

const refused: readonly [wire: string, codes: readonly string[]][] = [
  // A bare LF ends no command, and nobody can tell what was meant to follow.
  [`NOOP\n${evil}`, ['250', '500 5.5.2', 'closed']],
  [`\n${evil}`, ['250', '500 5.5.2', 'closed']],
  [`NOOP\n\r\n${evil}`, ['250', '500 5.5.2', 'closed']],
  [`NOOP ${'x'.repeat(300)}\n${evil}`, ['250', '500 5.5.2', 'closed']],
  [`${envelope}DATA\nhello\r\n.\r\n${evil}`, [...opened, '500 5.5.2', 'closed']],
  [`MAIL FROM:<a@x.example>\nRCPT TO:<b@x.example>\r\n`, ['250', '500 5.5.2', 'closed']],
  // A bare CR or another control character is part of its line, which is not obeyed.
  ['NOOP\rMAIL FROM:<evil@x.example>\r\nQUIT\r\n', ['250', '500 5.5.2', '221 2.0.0', 'closed']],
  ['MAIL FROM:<a@x.example>\rRCPT TO:<b@x.example>\r\nQUIT\r\n', ['250', '500 5.5.2', '221 2.0.0', 'closed']],
  ['MAIL FROM:<a\0@x.example>\r\nQUIT\r\n', ['250', '500 5.5.2', '221 2.0.0', 'closed']],
  ['MAIL FROM:<a@x.example>\r\r\nQUIT\r\n', ['250', '500 5.5.2', '221 2.0.0', 'closed']],
  ['MAIL FROM:<a\xe2\x80\xa8b@x.example>\r\nQUIT\r\n', ['250', '500 5.5.2', '221 2.0.0', 'closed']],
  // Where a chunk's line cannot be read, its octets cannot be told from commands.
  [`${envelope}BDAT ${evil.length}\n${evil}`, [...opened, '500 5.5.2', 'closed']],
  [`${envelope}BDAT ${evil.length}\0\r\n${evil}`, [...opened, '500 5.5.2', 'closed']],
  [`${envelope}bdat ${evil.length} LAST\r\r\n${evil}`, [...opened, '500 5.5.2', 'closed']],
  [`${envelope}BDAT ${evil.length}${' '.repeat(300)}\r\n${evil}`, [...opened, '500 5.5.2', 'closed']],
  ...['', '-1', '+5', '0x5', '5.0', '1e1', '5,5', '5 5', '5 LAST LAST', '5LAST', '5\tLAST', '9'.repeat(21)].map(
    (size): [string, string[]] => [`${envelope}BDAT ${size}\r\n${evil}`, [...opened, '501 5.5.4', 'closed']],
  ),
  // What belongs to no message is dropped, and refused.
  [`BDAT ${evil.length} LAST\r\n${evil}QUIT\r\n`, ['250', '503 5.5.1', '221 2.0.0', 'closed']],
  [
    `MAIL FROM:<a@x.example>\r\nBDAT ${evil.length} LAST\r\n${evil}QUIT\r\n`,
    ['250', '250 2.1.0', '554 5.5.1', '221 2.0.0', 'closed'],
  ],
  // CR "." CR would end it on the way, where it goes on by DATA.
  [`${envelope}BDAT 8 LAST\r\nx\r.\r\ny\r\nQUIT\r\n`, [...opened, '550 5.6.0', '221 2.0.0', 'closed']],
  [
    `${envelope}BDAT 2\r\nx\rBDAT 6 LAST\r\n.\r\ny\r\nQUIT\r\n`,
    [...opened, '250 2.0.0', '550 5.6.0', '221 2.0.0', 'closed'],
  ],
  [
    `${envelope}BDAT 3\r\nx\r.BDAT 5 LAST\r\n\r\ny\r\nQUIT\r\n`,
    [...opened, '250 2.0.0', '550 5.6.0', '221 2.0.0', 'closed'],
  ],
  [`${envelope}BDAT 8 LAST\r\nx\r\n.\ny\r\nQUIT\r\n`, [...opened, '550 5.6.0', '221 2.0.0', 'closed']],
  // Somebody's browser was made to speak to us.
  [`POST / HTTP/1.1\r\nHost: x\r\n\r\n${evil}`, ['250', '500 5.5.1', 'closed']],
  [`GET / HTTP/1.1\r\n\r\n${evil}`, ['250', '500 5.5.1', 'closed']],
  [`Host: x\r\n${evil}`, ['250', '500 5.5.1', 'closed']],
  [`Subject: x\r\n\r\n${evil}`, ['250', '500 5.5.1', 'closed']],
]

for (const [wire, expected] of refused) {
  test(`commands: ${JSON.stringify(wire.length > 90 ? `${wire.slice(0, 90)}…` : wire)}`, async () => {
    const { codes, taken } = await inEveryCut(hello + wire)
    assert.deepEqual(codes, expected)
    assert.deepEqual(taken, [])
  })
}

test('BDAT: a chunk may hold what would end DATA, and commands: they are text', async () => {
  const text = `hello\r\n.\r\n${evil}`
  const { codes, taken } = await inEveryCut(`${hello}${envelope}BDAT ${text.length} LAST\r\n${text}QUIT\r\n`)
  assert.deepEqual(codes, [...opened, '250 2.0.0', '221 2.0.0', 'closed'])
  assert.deepEqual(taken, [{ from: 'a@x.example', text }])
})

test('whatever a message is made of, it is one message, and the conversation does not depend on packets', async () => {
  const fragment = fc.constantFrom(
    ...['\r', '\n', '\r\n', '.', '..', '\0', 'x', ' ', 'DATA', 'MAIL FROM:<evil@x.example>', 'BDAT 3', 'QUIT', 'RSET'],
  )
  const body = fc.array(fragment, { maxLength: 25 }).map(parts => parts.join(''))
  await fc.assert(
    fc.asyncProperty(body, fc.array(fc.nat(200), { maxLength: 5 }), async (text, cuts) => {
      const own = text.replaceAll('\r\n.\r\n', '\r\n\r\n').replace(/^\.\r\n/, '')
      if (own.includes('\r\n.\r\n') || /^\.\r\n/.test(own)) return
      const wire = `${hello}${envelope}DATA\r\n${own}x\r\n.\r\nQUIT\r\n`
      const whole = await converse([wire])
      assert.equal(whole.codes.length, 7, JSON.stringify(own))
      assert.ok(whole.taken.every(({ from }) => from === 'a@x.example'))
      for (const { text: stored } of whole.taken) assert.doesNotMatch(stored, /(?<!\r)\n|\r\.[\r\n]/)
      const at = [...cuts].sort((a, b) => a - b)
      const packets = [0, ...at]
        .map((from, i) => wire.slice(from, at[i] ?? wire.length))
        .filter(packet => packet !== '')
      assert.deepEqual(await converse(packets), whole)
    }),
    { seed: 5321, numRuns: 1500 },
  )
})
