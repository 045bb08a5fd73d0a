/**
 * Commands made of the grammar's own words, in every state: each gets a tagged answer or an orderly end, nothing is
 * our bug, and the session stays in step with what it was told.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import { type Log, silentLog } from '@lemonade/net'
import fc from 'fast-check'
import { Client, type Server } from '../support/player.ts'
import { message, password, serverOf, TestImap } from './server.ts'

let imap: TestImap
const bugs: unknown[] = []
const log: Log = { ...silentLog, error: (...words: unknown[]) => void bugs.push(words), child: () => log }

before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

const commands = [
  ...['CAPABILITY', 'NOOP', 'LOGIN', 'AUTHENTICATE', 'SELECT', 'EXAMINE', 'CREATE', 'DELETE', 'RENAME', 'SUBSCRIBE'],
  ...[
    'UNSUBSCRIBE',
    'LIST',
    'LSUB',
    'STATUS',
    'APPEND',
    'CHECK',
    'CLOSE',
    'EXPUNGE',
    'SEARCH',
    'FETCH',
    'STORE',
    'COPY',
  ],
  ...['UID', 'IDLE', 'NAMESPACE', 'UNSELECT', 'ENABLE', 'ID', 'MOVE', 'LOGOUT', 'FROBNICATE'],
  ...[
    'GETMETADATA',
    'SETMETADATA',
    'UID STORE 1:* ANNOTATION',
    'FETCH 1:* (UID ANNOTATION',
    'SEARCH ANNOTATION',
    'SEARCH FILTER',
  ],
  ...['SETACL', 'DELETEACL', 'GETACL', 'LISTRIGHTS', 'MYRIGHTS', 'GETQUOTA', 'GETQUOTAROOT', 'SETQUOTA'],
]
const words = [
  ...[
    'INBOX',
    'Trash',
    'a/b',
    '""',
    '"x"',
    '*',
    '%',
    '1',
    '2:*',
    '1:3',
    '0',
    '*:1',
    '4294967295',
    '1,2',
    '(',
    ')',
    '()',
  ],
  ...[
    'FLAGS',
    '+FLAGS.SILENT',
    '-FLAGS',
    '(\\Seen)',
    '(\\Deleted $Work)',
    '\\Flagged',
    'BODY[]',
    'BODY.PEEK[1.MIME]<0.9>',
  ],
  ...['(UID FLAGS ENVELOPE)', 'ALL', 'FULL', 'BODYSTRUCTURE', 'RFC822.HEADER', 'BODY[HEADER.FIELDS (SUBJECT)]', 'BODY'],
  ...[
    'SEARCH',
    'FETCH',
    'STORE',
    'COPY',
    'EXPUNGE',
    'MOVE',
    'OR',
    'NOT',
    'SUBJECT',
    'HEADER',
    'TEXT',
    'KEYWORD',
    'SINCE',
  ],
  ...[
    '1-Feb-1994',
    '"17-Jul-1996 02:44:25 -0700"',
    'CHARSET',
    'UTF-8',
    'X-NONE',
    'MODSEQ',
    '(CHANGEDSINCE 3)',
    '(MODSEQ)',
  ],
  ...[
    '(UNCHANGEDSINCE 9)',
    '(CONDSTORE)',
    'CONDSTORE',
    '(MESSAGES UNSEEN)',
    '(USE (\\Sent))',
    'NIL',
    '("name" "x")',
    'RETURN',
  ],
  ...['{3+}\r\nabc', '{0+}\r\n', '{15+}\r\nSubject: x\r\n\r\nx', '{5+}\r\nINBOX', '~{1+}\r\nx', '{2+}\r\n\u0000\u0001'],
  ...[
    '/shared/comment',
    '(/private/comment "x")',
    '(/private/filters/values/x "FILTER x")',
    '(DEPTH 1)',
    '(MAXSIZE 0)',
  ],
  ...['ANNOTATION', '(/comment (value.priv "x"))', '/1/flags/seen', '(/* value)', 'value.shared', 'FILTER', 'METADATA'],
  ...['anyone', '-anyone', '+lrs', '-cd', '"Other Users/x@y/INBOX"', '"Other Users"', '(STORAGE 5)', '#user/x@y'],
  ...[
    'IMAP4rev2',
    'UIDONLY',
    'UTF8=ACCEPT',
    '(SUBSCRIBED RECURSIVEMATCH)',
    '(INBOX %)',
    '(STATUS (SIZE DELETED))',
    'SAVEDATE',
  ],
  ...[
    'UTF8 (~{10+}\r\nS: \u00fc\r\n\r\nx)',
    'SAVEDSINCE',
    '"Cafe\u0301"',
    'BODY.PEEK[]<5000000000.1>',
    '9223372036854775807',
  ],
  ...['PLAIN', 'SCRAM-SHA-256', '=', 'AGE=', '&', '&AOk-', '\u00e9', '"', '\\', '[', ']', '<', '+', ',', '\u0007'],
]

const line = fc
  .tuple(
    fc.constantFrom(...commands),
    fc.array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(' ', ' ', ' ', ' ', ' ', '', '  ')), {
      maxLength: 6,
      size: 'max',
    }),
  )
  .map(([command, rest]) => `${command} ${rest.map(([word, gap]) => word + gap).join('')}`)
  .chain(text => fc.constantFrom(text, text.replace(/ +$/, ''), text.replace(/ +$/, '')))

/** Says a line and hears it out; false where the connection ended in an orderly way. */
async function say(client: Client, tag: string, text: string): Promise<boolean> {
  client.send(`${tag} ${text}\r\n`)
  for (let last = ''; ; ) {
    const response = await client.response()
    if (response === null) {
      assert.match(last, /^\* BYE|OK LOGOUT/, `closed after ${last} to ${text}`)
      return false
    }
    last = response
    if (response.startsWith('+ idling')) client.send('DONE\r\n')
    else if (response.startsWith('+ ')) client.send('*\r\n')
    assert.doesNotMatch(response, /SERVERBUG/, text)
    if (response.startsWith(`${tag} `)) return !/OK LOGOUT/.test(response)
  }
}

async function open(server: Server, account: string, state: number): Promise<Client> {
  const client = await Client.open(server)
  if (state > 0) await client.prologue('p', `LOGIN ${account} "${password}"`)
  if (state > 1) await client.prologue('p', 'SELECT INBOX')
  return client
}

test('commands of random words', async () => {
  const limits = { ...defaultImapLimits, imapBadCommands: 1_000_000, imapLoginAttempts: 1_000_000 }
  const server = serverOf(await imap.serve({ limits, log }))
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 }),
      fc.array(line, { minLength: 20, maxLength: 40, size: 'max' }),
      async (state, lines) => {
        const account = await imap.account()
        for (const file of ['rfc3501.eml', 'search.eml', 'internationalized.eml'])
          await imap.append(account, 'INBOX', await message(file))
        let client = await open(server, account, state)
        for (const [index, text] of lines.entries()) {
          if (!(await say(client, `t${index}`, text))) client = await open(server, account, state)
          assert.deepEqual(bugs, [], text)
        }
        client.close()
      },
    ),
    { seed: 3501, numRuns: 60, endOnFailure: true },
  )
})

test('octets of any kind', async () => {
  const server = serverOf(await imap.serve({ log }))
  const piece = fc.oneof(
    fc.constantFrom('a ', 'NOOP', '\r\n', '\n', '{5+}\r\n', '{1}\r\n', '"', '(', ')'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40, size: 'max' }), async pieces => {
      const client = await Client.open(server)
      // Whatever was begun is ended, and the next command is found, or the connection is.
      client.send(`${pieces.join('')}\r\n${'\r\n'.repeat(8)}zz1 NOOP\r\nzz2 LOGOUT\r\n`)
      for (let response = await client.response(); response !== null; response = await client.response()) {
        if (response.startsWith('+ ')) client.send('\r\n')
        assert.doesNotMatch(response, /SERVERBUG/)
        if (/^(zz2 OK|\* BYE)/.test(response)) break
      }
      client.close()
      assert.deepEqual(bugs, [])
    }),
    { seed: 7, numRuns: 100, endOnFailure: true },
  )
})
