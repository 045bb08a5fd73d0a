import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '@lemonade/net'
import fc from 'fast-check'
import { core } from './core/index.ts'
import { Dispatcher } from './dispatch.ts'
import type { Conversation } from './extension.ts'
import {
  binaryMime,
  chunking,
  dsn,
  eightBitMime,
  enhancedStatusCodes,
  pipelining,
  size,
  smtpUtf8,
} from './extensions/index.ts'
import { defaultEsmtpLimits } from './limits.ts'
import { ClientGone } from './problem.ts'
import { registryOf } from './registry.ts'
import type { Reply } from './reply.ts'
import { type Protocol, Session } from './session.ts'
import type { Line } from './wire/intake.ts'

/** A conversation without a socket: every message is empty, every recipient fine. */
function conversation(protocol: Protocol): Conversation {
  return {
    session: new Session({
      id: 'x',
      protocol,
      hostname: 'mail.example.org',
      remote: { host: '192.0.2.1', port: 1 },
      limits: { ...defaultEsmtpLimits, errors: 1e9, commandsWithoutMail: 1e9, recipients: 5 },
      log: silentLog,
      channel: { secure: true, loopback: false, remote: '192.0.2.1' },
    }),
    registry: registryOf([
      ...core(protocol),
      ...[pipelining, size, eightBitMime, chunking, binaryMime, enhancedStatusCodes, dsn, smtpUtf8],
    ]),
    receiver: {
      mail: async () => {},
      rcpt: async () => {},
      message: async () => ({
        write: async () => {},
        abort: async () => {},
        finish: async () => ({ code: 250, status: '2.0.0', lines: ['OK'] }),
      }),
    },
    ask: () => Promise.reject(new ClientGone()),
    message: async () => ({ octets: 0, flaw: null }),
    chunk: async () => {},
    startTls: async () => {},
  }
}

const word = fc.constantFrom(
  ...[
    'MAIL',
    'RCPT',
    'DATA',
    'EHLO',
    'LHLO',
    'HELO',
    'RSET',
    'QUIT',
    'VRFY',
    'NOOP',
    'BDAT',
    'BDAT 5',
    'LAST',
    'BODY=BINARYMIME',
    'mail',
    'FROM:',
    'TO:',
    'from:',
  ],
  ...[
    '<',
    '>',
    '<>',
    '@',
    '"',
    '\\',
    ':',
    ',',
    '.',
    '[',
    ']',
    '=',
    '+',
    ';',
    ' ',
    '  ',
    'a',
    'x.example',
    '<a@x.example>',
  ],
  ...['<"a b"@x.example>', '<ü@x.example>', '<@r.example:a@x.example>', '[IPv6:::1]', '<postmaster>', 'SMTPUTF8'],
  ...[
    'SIZE=10',
    'SIZE=',
    'BODY=8BITMIME',
    'RET=FULL',
    'ENVID=a+2Bb',
    'NOTIFY=NEVER',
    'ORCPT=rfc822;a',
    'ORCPT=utf-8;\\x{FC}',
  ],
)
const line = fc.oneof(
  { weight: 4, arbitrary: fc.array(word, { maxLength: 8 }).map(words => words.join(' ')) },
  { weight: 3, arbitrary: fc.array(word, { maxLength: 8 }).map(words => words.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
)
/** What brings a conversation into each of its states. */
const beginnings: Record<Protocol, readonly (readonly string[])[]> = {
  SMTP: [
    [],
    ['EHLO x'],
    ['HELO x'],
    ['EHLO x', 'MAIL FROM:<>'],
    ['EHLO x', 'MAIL FROM:<> SMTPUTF8', 'RCPT TO:<a@x.example>'],
    ['EHLO x', 'MAIL FROM:<> BODY=BINARYMIME', 'RCPT TO:<a@x.example>', 'BDAT 5'],
  ],
  LMTP: [
    [],
    ['LHLO x'],
    ['LHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>'],
    ['LHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'BDAT 5'],
  ],
}

function checkReplies(answers: readonly Reply[], recipients: number, said: string): void {
  assert.ok(answers.length === 1 || answers.length === recipients, `${answers.length} replies to ${said}`)
  for (const { code, status, lines } of answers) {
    assert.ok(code >= 200 && code < 600 && code !== 451, `${code} to ${said}`)
    if (status !== null) assert.match(status, new RegExp(`^${String(code)[0]}\\.\\d+\\.\\d+$`))
    assert.ok(lines.length > 0)
  }
}

for (const protocol of ['SMTP', 'LMTP'] as const) {
  test(`whatever is said in ${protocol}, in whatever state, is answered, and nothing is taken in that is no address`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...beginnings[protocol]),
        fc.array(line, { maxLength: 12 }),
        async (first, lines) => {
          const talk = conversation(protocol)
          const dispatcher = new Dispatcher(talk)
          for (const text of [...first, ...lines]) {
            const said: Line = { text, flaw: null }
            const recipients = talk.session.transaction?.recipients.length ?? 0
            checkReplies(await dispatcher.dispatch(said), recipients, text)
            const { transaction } = talk.session
            for (const address of [
              transaction?.reversePath ?? '',
              ...(transaction?.recipients ?? []).map(r => r.address),
            ]) {
              // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in it
              assert.doesNotMatch(address, /[\u0000-\u001f\u007f]/)
              if (address !== '' && address !== 'postmaster')
                assert.match(address, /^(?:"(?:[^"\\]|\\.)*"|[^\s"<>()@]+)@[^\s<>@]+$/u)
            }
          }
        },
      ),
      { seed: 2033, numRuns: 3000 },
    )
  })
}
