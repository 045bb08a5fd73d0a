/** What a session does at its edges: states, bounds, broken input, login, the end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scramClient } from '@lemonade/auth/testing'
import {
  name,
  type Player,
  password,
  plainResponse,
  startServer,
  type TestServer,
  type TestServerOptions,
} from './testing.ts'

/** Runs with a server of its own, which is stopped whatever happens. */
async function withServer(options: TestServerOptions, run: (server: TestServer) => Promise<void>): Promise<void> {
  const server = await startServer(options)
  try {
    await run(server)
  } finally {
    await server.service.stop(0)
  }
}

async function greeted(server: TestServer): Promise<Player> {
  const player = server.connect()
  await player.response()
  return player
}

test('before login only AUTHENTICATE, CAPABILITY, STARTTLS, LOGOUT and NOOP; after it neither of the first and third', () =>
  withServer({}, async server => {
    const player = await greeted(server)
    await player.play(
      `C: PUTSCRIPT "a" "keep;"
       S: NO "Log in first"
       C: CHECKSCRIPT {5+}
       C: keep;
       S: NO "Log in first"
       C: HAVESPACE "a" 1
       S: NO "Log in first"
       C: UNAUTHENTICATE
       S: NO "Log in first"
       C: NONSENSE
       S: NO "There is no such command"
       C: NOOP
       S: OK "…"
       C: AUTHENTICATE "PLAIN" "<plain>"
       S: OK "…"
       C: AUTHENTICATE "PLAIN" "<plain>"
       S: NO "Not after login"
       C: STARTTLS
       S: NO "Not after login"`,
    )
  }))

test('missing, wrong and surplus arguments are told, and nothing is done', () =>
  withServer({}, async server => {
    const player = await server.login()
    await player.play(
      `C: PUTSCRIPT
       S: NO "A string is missing"
       C: PUTSCRIPT "a"
       S: NO "A string is missing"
       C: PUTSCRIPT a "keep;"
       S: NO "A string is missing"
       C: PUTSCRIPT "a" "keep;" "x"
       S: NO "There are too many arguments"
       C: HAVESPACE "a"
       S: NO "A number is missing"
       C: HAVESPACE "a" "1"
       S: NO "A number is missing"
       C: HAVESPACE "a" 4294967296
       S: NO "A number is missing"
       C: LISTSCRIPTS "a"
       S: NO "There are too many arguments"
       C: NOOP "a" "b" "c" "d" "e"
       S: NO "There are too many arguments"
       C: NOOP {1+}
       C: a {1+}
       C: b {1+}
       C: c {1+}
       C: d {1+}
       C: e
       S: NO "There are too many arguments"
       C:
       S: NO "There is no command on this line"
       C: "NOOP"
       S: NO "A command begins with its name"
       C: NOOP  "two spaces"
       S: NO "There is one space between arguments"
       C: BROKEN ( {6+}
       C: NOOP
       C:
       S: NO "That is neither a string, a number nor an atom"
       C: NOOP {3+}
       C: abcdef
       S: NO "Arguments are separated by a space"
       C: noop {3}
       C: abc
       S: OK (TAG "abc") "Done"
       C: LISTSCRIPTS
       S: OK "…"`,
    )
  }))

test('commands may be pipelined', () =>
  withServer({}, async server => {
    const player = await server.login()
    player.send('PUTSCRIPT "a" {5+}\r\nkeep;\r\nSETACTIVE "a"\r\nLISTSCRIPTS\r\nGETSCRIPT "a"\r\nLOGOUT\r\nNOOP\r\n')
    await player.play('S: OK "…"\nS: OK "…"\nS: "a" ACTIVE\nS: OK "…"\nS: "keep;"\nS: OK "…"\nS: OK "Good-bye"\nE:')
  }))

test('octet by octet is as good as at once', () =>
  withServer({}, async server => {
    const player = await server.login()
    player.socket.setNoDelay(true)
    for (const character of 'PUTSCRIPT {1+}\r\na {5+}\r\nkeep;\r\n') {
      player.send(character)
      await new Promise(resolve => setImmediate(resolve))
    }
    assert.match(await player.response(), /^OK/)
  }))

test('names of scripts', () =>
  withServer({ limits: { scriptNameCharacters: 130 } }, async server => {
    const player = await server.login()
    const put = (scriptName: string) =>
      player.ask(`PUTSCRIPT {${Buffer.byteLength(scriptName)}+}\r\n${scriptName} "keep;"`)
    const good = ['Ünïcode 用户', '🐎'.repeat(128), 'x'.repeat(130), 'a/b', ' ', 'a\u0308']
    for (const scriptName of good) assert.match(await put(scriptName), /^OK/, scriptName)
    const bad = [
      '',
      'a\0b',
      'a\tb',
      'a\r\nb',
      'a\u007f',
      'a\u0085',
      'a\u2028',
      'a\u2029',
      '\ufeffa',
      'x'.repeat(131),
      '🐎'.repeat(131),
    ]
    for (const scriptName of bad)
      assert.match(await put(scriptName), /^NO "A script’s name/, JSON.stringify(scriptName))
    player.send(
      Buffer.concat([Buffer.from('PUTSCRIPT {2+}\r\n'), Buffer.from([0xc3, 0x28]), Buffer.from(' "keep;"\r\n')]),
    )
    assert.equal(await player.response(), 'NO "A string is not UTF-8"')
    // One name, whichever way its letters are composed.
    const names = (await server.scripts.list(server.account)).map(script => script.name)
    assert(names.includes('ä'))
    assert.match(await player.ask('SETACTIVE "ä"'), /^OK/)
  }))

test('scripts are kept octet for octet, and must be UTF-8', () =>
  withServer({}, async server => {
    const player = await server.login()
    const source = '\ufeff# ünï\r\n\tkeep;\n\n# no line break at the end'
    assert.match(await player.ask(`PUTSCRIPT "a" {${Buffer.byteLength(source)}+}\r\n${source}`), /^OK/)
    assert.equal(await server.scripts.get(server.account, 'a'), source)
    player.send('GETSCRIPT "a"\r\n')
    assert.equal(await player.line(), `{${Buffer.byteLength(source)}}`)
    assert.equal(await player.line(), '\ufeff# ünï')
    assert.match(await player.response(), /\tkeep;\n\n# no line break at the end\r\nOK/)
    const broken = Buffer.concat([Buffer.from('keep;\n# '), Buffer.from([0xff]), Buffer.from('\nkeep;\n')])
    player.send(Buffer.concat([Buffer.from(`PUTSCRIPT "b" {${broken.length}+}\r\n`), broken, Buffer.from('\r\n')]))
    assert.equal(await player.response(), 'NO "line 2: this is not UTF-8"')
  }))

test('errors come with line and column, one a line', () =>
  withServer({}, async server => {
    const player = await server.login()
    const broken = 'keep;\r\nnonsense;\r\nkeep 5;\r\n'
    const refused = await player.ask(`CHECKSCRIPT {${broken.length}+}\r\n${broken}`)
    assert.match(refused, /^NO [\s\S]*line 2, column 1: [^\r]*\r\nline 3, column /)
    assert.match(await player.ask('CHECKSCRIPT "require \\"nonexistent\\";"'), /^NO "line 1, column/)
  }))

test('quotas: at the limit and one past it', () =>
  withServer({ limits: { scripts: 2, scriptOctets: 8, discardOctets: 20 } }, async server => {
    const player = await server.login()
    await player.play(
      `C: PUTSCRIPT "a" {8+}
       C: #2345678
       S: OK "…"
       C: PUTSCRIPT "a" {9+}
       C: #23456789
       S: NO (QUOTA/MAXSIZE) "…"
       C: PUTSCRIPT "a" "#23456789"
       S: NO (QUOTA/MAXSIZE) "…"
       C: PUTSCRIPT "a" {20+}
       C: #2345678901234567890
       S: NO (QUOTA/MAXSIZE) "…"
       C: HAVESPACE "a" 8
       S: OK "…"
       C: HAVESPACE "a" 9
       S: NO (QUOTA/MAXSIZE) "…"
       C: PUTSCRIPT "b" "keep;"
       S: OK "…"
       C: PUTSCRIPT "b" "stop;"
       S: OK "…"
       C: HAVESPACE "b" 5
       S: OK "…"
       C: HAVESPACE "c" 5
       S: NO (QUOTA/MAXSCRIPTS) "…"
       C: PUTSCRIPT "c" "keep;"
       S: NO (QUOTA/MAXSCRIPTS) "…"
       C: CHECKSCRIPT "keep;"
       S: OK "…"
       C: PUTSCRIPT "a" {21+}
       S: BYE "…"
       E:`,
    )
    assert.equal(await server.scripts.get(server.account, 'a'), '#2345678')
  }))

test('lines and literals: at the limit and one past it', () =>
  withServer({ limits: { lineOctets: 30, literalOctets: 10 } }, async server => {
    const at = await greeted(server)
    assert.match(await at.ask(`NOOP "${'x'.repeat(22)}"`), /^OK/)
    assert.match(await at.ask(`NOOP "${'x'.repeat(24)}"`), /^BYE "A line has at most 30 octets"/)
    assert.equal(await at.line(), null)
    const endless = await greeted(server)
    endless.send('x'.repeat(100))
    assert.match(await endless.response(), /^BYE "A line has at most 30 octets"/)
    const literal = await greeted(server)
    assert.match(await literal.ask('NOOP {10+}\r\n0123456789'), /^OK/)
    literal.send('NOOP {11+}\r\n')
    assert.match(await literal.response(), /^BYE "A literal has at most 10 octets here"/)
    // No script is large before login, whatever the command says.
    const script = await greeted(server)
    script.send('PUTSCRIPT "a" {11+}\r\n')
    assert.match(await script.response(), /^BYE/)
  }))

test('without TLS no mechanism is offered, and none begins', () =>
  withServer({ allowPlaintext: 'never' }, async server => {
    const player = server.connect()
    assert.match(await player.response(), /"SASL" ""\r\n[\s\S]*"STARTTLS"\r\nOK/)
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256']) {
      assert.match(await player.ask(`AUTHENTICATE "${mechanism}"`), /^NO \(ENCRYPT-NEEDED\)/)
    }
    const secure = await server.connectSecurely()
    assert.match(await secure.ask(`AUTHENTICATE "plain" "${plainResponse}"`), /^OK/)
  }))

test('SCRAM, bound to the channel, with the server’s last word in the SASL code', () =>
  withServer({ allowPlaintext: 'never' }, async server => {
    const player = await server.connectSecurely()
    const { socket } = player
    assert('exportKeyingMaterial' in socket && typeof socket.exportKeyingMaterial === 'function')
    const bindingData = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    const client = scramClient({ hash: 'sha256', name, password, flag: 'p=tls-exporter', bindingData })
    player.send(`AUTHENTICATE "SCRAM-SHA-256-PLUS" "${Buffer.from(client.first).toString('base64')}"\r\n`)
    const challenge = /^"(.*)"$/.exec((await player.line()) ?? '')?.[1] ?? ''
    const final = client.final(Buffer.from(challenge, 'base64').toString())
    const last = await player.ask(`"${Buffer.from(final).toString('base64')}"`)
    assert.equal(last, `OK (SASL "${Buffer.from(client.serverFinal).toString('base64')}") "Logged in"`)
    assert.match(await player.ask('LISTSCRIPTS'), /^OK/)
  }))

test('AUTHENTICATE: prompts, giving up, and what is refused', () =>
  withServer({ limits: { authenticationFailures: 100 } }, async server => {
    const player = await greeted(server)
    await player.play(
      `C: AUTHENTICATE "LOGIN"
       S: "VXNlcm5hbWU6"
       C: "*"
       S: NO "Authentication aborted"
       C: AUTHENTICATE "LOGIN" "YWxpY2U="
       S: NO "This mechanism takes no initial response"
       C: AUTHENTICATE "PLAIN"
       S: ""
       C: NOOP
       S: NO "A response is one string"
       C: AUTHENTICATE "PLAIN"
       S: ""
       C: "AA==" "AA=="
       S: NO "A response is one string"
       C: AUTHENTICATE "PLAIN" "****"
       S: NO "A SASL response is base64"
       C: AUTHENTICATE "PLAIN" "AA"
       S: NO "A SASL response is base64"
       C: AUTHENTICATE "CRAM-MD5"
       S: NO "This mechanism is not offered"
       C: AUTHENTICATE PLAIN
       S: NO "A string is missing"
       C: AUTHENTICATE "LOGIN"
       S: "VXNlcm5hbWU6"
       C: "YWxpY2VAZXhhbXBsZS5vcmc="
       S: "UGFzc3dvcmQ6"
       C: {8+}
       C: cGVuY2ls
       S: OK "Logged in"`,
    )
  }))

test('what a client sends behind STARTTLS in the clear is dropped', () =>
  withServer({}, async server => {
    const player = await greeted(server)
    player.send('STARTTLS\r\nNOOP "injected"\r\n')
    assert.match(await player.response(), /^OK "Begin/)
    await player.secure(server.certificate)
    assert.match(await player.response(), /^"IMPLEMENTATION"[\s\S]*OK "TLS is up"$/)
    assert.equal(await player.ask('NOOP "mine"'), 'OK (TAG "mine") "Done"')
  }))

test('over the limit of connections: BYE', () =>
  withServer({ limits: { connections: 1 } }, async server => {
    const first = await greeted(server)
    assert.equal(await server.connect().response(), 'BYE (TRYLATER) "Too many connections"')
    assert.match(await first.ask('LOGOUT'), /^OK/)
  }))

test('idle for too long: BYE, sooner before login than after it', () =>
  withServer({ limits: { idleSecondsBeforeLogin: 0.05 } }, async server => {
    const idle = await greeted(server)
    assert.equal(await idle.response(), 'BYE "Idle for too long"')
    assert.equal(await idle.line(), null)
    const prompted = await greeted(server)
    prompted.send('AUTHENTICATE "PLAIN"\r\n')
    assert.equal(await prompted.line(), '""')
    assert.equal(await prompted.response(), 'BYE "Idle for too long"')
  }))

test('stop: idle sessions hear BYE at once, a running command is finished first', async () => {
  const server = await startServer()
  const idle = await server.login()
  const busy = await server.login()
  const listing = Promise.withResolvers<void>()
  const { list } = server.scripts
  const asked = new Promise<void>(resolve => {
    server.scripts.list = async account => {
      resolve()
      await listing.promise
      return list(account)
    }
  })
  busy.send('LISTSCRIPTS\r\n')
  await asked
  const stopped = server.service.stop(60_000)
  assert.equal(await idle.response(), 'BYE (TRYLATER) "The server is going down"')
  assert.equal(await idle.line(), null)
  idle.close()
  listing.resolve()
  assert.match(await busy.response(), /^OK/)
  assert.equal(await busy.response(), 'BYE (TRYLATER) "The server is going down"')
  busy.close()
  await stopped
})

test('stop: what does not end in time is cut', async () => {
  const server = await startServer()
  const player = await server.login()
  const asked = new Promise<void>(resolve => {
    server.scripts.list = () => {
      resolve()
      return new Promise(() => {})
    }
  })
  player.send('LISTSCRIPTS\r\n')
  await asked
  void server.service.stop(1)
  assert.equal(await player.line(), null)
})

test('a failure that nobody foresaw is logged whole and told without detail', async () => {
  const errors: unknown[] = []
  const ignore = () => {}
  const log = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (fields: unknown) => void errors.push(fields),
    child: () => log,
  }
  await withServer({ log }, async server => {
    const player = await server.login()
    server.scripts.list = () => Promise.reject(new Error('/secret/path'))
    assert.equal(await player.ask('LISTSCRIPTS'), 'NO (TRYLATER) "The server has made a mistake"')
    assert.match(await player.ask('NOOP'), /^OK/)
    assert.equal(errors.length, 1)
  })
})

test('a peer that vanishes in the middle leaves nothing behind', () =>
  withServer({}, async server => {
    for (const part of ['PUTSCRIPT "a" {500+}\r\nkeep;', 'NOO', 'AUTHENTICATE "LOGIN"\r\n']) {
      const player = part.startsWith('PUT') ? await server.login() : await greeted(server)
      player.send(part)
      player.socket.resetAndDestroy()
    }
    const player = await server.login()
    assert.match(await player.ask('NOOP'), /^OK/)
    assert.deepEqual(await server.scripts.list(server.account), [])
  }))
