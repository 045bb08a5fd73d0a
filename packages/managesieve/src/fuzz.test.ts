/** Sessions that speak the alphabet of the protocol at random: every answer is well-formed, and the server goes on. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { plainResponse, startServer, type TestServer } from './testing.ts'

let server: TestServer
before(async () => {
  server = await startServer({ limits: { scriptOctets: 200, discardOctets: 400, literalOctets: 100, lineOctets: 300 } })
})
after(() => server.service.stop(0))

const word = fc.constantFrom(
  ...['AUTHENTICATE', 'CAPABILITY', 'CHECKSCRIPT', 'DELETESCRIPT', 'GETSCRIPT', 'HAVESPACE', 'LISTSCRIPTS'],
  ...['NOOP', 'PUTSCRIPT', 'RENAMESCRIPT', 'SETACTIVE', 'UNAUTHENTICATE', 'nonsense'],
  ...['"a"', '"b"', '""', '"keep;"', '"PLAIN"', '"LOGIN"', `"${plainResponse}"`, '"*"', '"unended', '\\', '(', ')'],
  ...[
    '{5+}\r\nkeep;',
    '{0+}\r\n',
    '{3}\r\nabc',
    '{250+}',
    '{99999+}',
    '7',
    '4294967296',
    ' ',
    '  ',
    '\r\n',
    '\n',
    '\0',
    'ü',
  ],
)
const line = fc.array(word, { maxLength: 6 }).map(words => words.join(' '))
const status =
  /^(OK|NO|BYE)( \((?:[A-Z-]+(?:\/[A-Z]+)?|(?:TAG|SASL) "(?:[^"\\]|\\.)*")\))? ("(?:[^"\\]|\\.)*"|\{\d+\})$/

test('random sessions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.boolean(), async (lines, loggedIn) => {
      const player = loggedIn ? await server.login() : server.connect()
      if (!loggedIn) await player.response()
      player.send(lines.map(text => `${text}\r\n`).join(''))
      player.socket.end()
      for (let said = await player.line(); said !== null; said = await player.line()) {
        if (/^(OK|NO|BYE) /.test(said)) assert.match(said, status)
      }
      player.close()
    }),
    { seed: 11, numRuns: 300 },
  )
  const player = await server.login()
  assert.match(await player.ask('NOOP'), /^OK/)
  player.close()
})
