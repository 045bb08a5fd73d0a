/** The examples of RFC 5804, in its order. Human-readable texts are ours; "…" stands for them. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Player, startServer, type TestServer } from './testing.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.service.stop(0))

/** Each test has the account's scripts to itself. */
beforeEach(async () => {
  await server.scripts.setActive(server.account, '')
  for (const { name } of await server.scripts.list(server.account)) await server.scripts.remove(server.account, name)
})

async function playing(player: Player | Promise<Player>, transcript: string): Promise<void> {
  const ready = await player
  await ready.play(transcript)
  ready.close()
}

const put = (name: string, source: string) =>
  server.scripts.put(server.account, name, source, { scripts: 100, octets: 10_000 })

const mechanisms = 'SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN'
const secureMechanisms = `SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS ${mechanisms}`

test('§1.7, §2.4: capabilities in the greeting, by CAPABILITY, and with OWNER after login', () =>
  playing(
    server.connect(),
    `S: "IMPLEMENTATION" "Lemonade"
     S: "VERSION" "1.0"
     S: "SASL" "${mechanisms}"
     S: "SIEVE" "…fileinto…"
     S: "MAXREDIRECTS" "4"
     S: "LANGUAGE" "en"
     S: "UNAUTHENTICATE"
     S: "NOTIFY" "mailto"
     S: "EXTLISTS" "urn tag"
     S: "STARTTLS"
     S: OK "mail.example.org is ready"
     C: CAPABILITY
     S: "IMPLEMENTATION" "Lemonade"
     S: "VERSION" "1.0"
     S: "SASL" "${mechanisms}"
     S: "SIEVE" "…fileinto…"
     S: "MAXREDIRECTS" "4"
     S: "LANGUAGE" "en"
     S: "UNAUTHENTICATE"
     S: "NOTIFY" "mailto"
     S: "EXTLISTS" "urn tag"
     S: "STARTTLS"
     S: OK "…"
     C: Authenticate "PLAIN" "<plain>"
     S: OK "…"
     C: capability
     S: "IMPLEMENTATION" "Lemonade"
     S: "VERSION" "1.0"
     S: "SASL" "${mechanisms}"
     S: "SIEVE" "…fileinto…"
     S: "MAXREDIRECTS" "4"
     S: "LANGUAGE" "en"
     S: "UNAUTHENTICATE"
     S: "NOTIFY" "mailto"
     S: "EXTLISTS" "urn tag"
     S: "OWNER" "alice@example.org"
     S: OK "…"`,
  ))

test('§2.1: three failures end the connection', async () => {
  const player = await server.connectSecurely()
  await playing(
    player,
    `C: Authenticate "PLAIN" "QJIrweAPyo6Q1T9xu"
     S: NO "A SASL response is base64"
     C: Authenticate "PLAIN" "AG5vYm9keQBndWVzcw=="
     S: NO "Authentication failed"
     C: Authenticate "PLAIN" "AG5vYm9keQBndWVzcw=="
     S: NO "Authentication failed"
     C: Authenticate "PLAIN" "AG5vYm9keQBndWVzcw=="
     S: BYE "Too many failed authentication attempts"
     E:`,
  )
})

test('§2.1: a response may be a literal, also an empty one', () =>
  playing(
    server.connect(),
    `S: "IMPLEMENTATION" "Lemonade"
     S: "VERSION" "1.0"
     S: "SASL" "${mechanisms}"
     S: "SIEVE" "…"
     S: "MAXREDIRECTS" "4"
     S: "LANGUAGE" "en"
     S: "UNAUTHENTICATE"
     S: "NOTIFY" "mailto"
     S: "EXTLISTS" "urn tag"
     S: "STARTTLS"
     S: OK "…"
     C: AUTHENTICATE "PLAIN" {0+}
     C:
     S: NO "A PLAIN message is …"
     C: AUTHENTICATE "PLAIN"
     S: ""
     C: {36+}
     C: <plain>
     S: OK "…"`,
  ))

test('§2.2: STARTTLS tells the capabilities anew, without STARTTLS', async () => {
  const player = server.connect()
  await player.response()
  await player.play('C: StartTls\nS: OK "…"')
  await player.secure(server.certificate)
  await playing(
    player,
    `S: "IMPLEMENTATION" "Lemonade"
     S: "VERSION" "1.0"
     S: "SASL" "${secureMechanisms}"
     S: "SIEVE" "…"
     S: "MAXREDIRECTS" "4"
     S: "LANGUAGE" "en"
     S: "UNAUTHENTICATE"
     S: "NOTIFY" "mailto"
     S: "EXTLISTS" "urn tag"
     S: OK "…"
     C: StartTls
     S: NO "TLS is up already"`,
  )
})

test('§2.3: LOGOUT', () => playing(server.login(), 'C: Logout\nS: OK "…"\nE:'))

test('§2.5: HAVESPACE', () =>
  playing(
    server.login(),
    `C: HAVESPACE "myscript" 9999999
     S: NO (QUOTA/MAXSIZE) "…"
     C: HAVESPACE "foobar" 435
     S: OK "…"`,
  ))

test('§2.6: PUTSCRIPT', async () => {
  await playing(
    server.login(),
    `C: Putscript "foo" {31+}
     C: #comment
     C: InvalidSieveCommand
     C:
     S: NO "line …: …"
     C: Listscripts
     S: OK "…"
     C: Putscript "mysievescript" {97+}
     C: require ["fileinto"];
     C:
     C: if header :contains "to" "tmartin+sent" {
     C:   fileinto "INBOX.sent";
     C: }
     C:
     S: OK "…"
     C: Putscript "empty" ""
     S: OK "…"`,
  )
  const scripts = await server.scripts.list(server.account)
  assert.deepEqual(
    scripts.map(({ name }) => name),
    ['empty', 'mysievescript'],
  )
})

test('§2.7: LISTSCRIPTS', async () => {
  for (const name of ['clever"script', 'main_script', 'summer_script', 'vacation_script', 'back\\slash']) {
    await put(name, 'keep;')
  }
  await server.scripts.setActive(server.account, 'main_script')
  await playing(
    server.login(),
    String.raw`C: Listscripts
     S: "back\\slash"
     S: "clever\"script"
     S: "main_script" ACTIVE
     S: "summer_script"
     S: "vacation_script"
     S: OK "…"`,
  )
})

test('§2.8: SETACTIVE', async () => {
  await put('vacationscript', 'keep;')
  await playing(
    server.login(),
    `C: Setactive "vacationscript"
     S: OK "…"
     C: listscripts
     S: "vacationscript" ACTIVE
     S: OK "…"
     C: Setactive ""
     S: OK "…"
     C: Setactive ""
     S: OK "…"
     C: listscripts
     S: "vacationscript"
     S: OK "…"
     C: Setactive "baz"
     S: NO (NONEXISTENT) "There is no script by that name"`,
  )
})

test('§2.9: GETSCRIPT', async () => {
  await put('myscript', '#this is my wonderful script\r\nreject "I reject all";\r\n')
  await playing(
    server.login(),
    `C: Getscript "myscript"
     S: {54}
     S: #this is my wonderful script
     S: reject "I reject all";
     S:
     S: OK "…"
     C: Getscript "baz"
     S: NO (NONEXISTENT) "…"`,
  )
})

test('§2.10: DELETESCRIPT', async () => {
  await put('foo', 'keep;')
  await put('baz', 'keep;')
  await server.scripts.setActive(server.account, 'baz')
  await playing(
    server.login(),
    `C: Deletescript "foo"
     S: OK "…"
     C: Deletescript "foo"
     S: NO (NONEXISTENT) "…"
     C: Deletescript "baz"
     S: NO (ACTIVE) "…"`,
  )
})

test('§2.11: RENAMESCRIPT, also of the active script', async () => {
  await put('foo', 'keep;')
  await put('baz', 'keep;')
  await server.scripts.setActive(server.account, 'foo')
  await playing(
    server.login(),
    `C: Renamescript "foo" "bar"
     S: OK "…"
     C: Renamescript "baz" "bar"
     S: NO (ALREADYEXISTS) "…"
     C: Renamescript "bar" "bar"
     S: NO (ALREADYEXISTS) "…"
     C: Renamescript "foo" "foo"
     S: NO (NONEXISTENT) "…"
     C: Renamescript "foo" "new"
     S: NO (NONEXISTENT) "…"
     C: Listscripts
     S: "bar" ACTIVE
     S: "baz"
     S: OK "…"`,
  )
})

test('§2.12: CHECKSCRIPT stores nothing', async () => {
  await playing(
    server.login(),
    `C: CheckScript {31+}
     C: #comment
     C: InvalidSieveCommand
     C:
     S: NO "line …: …"
     C: CheckScript "keep;"
     S: OK "…"`,
  )
  assert.deepEqual(await server.scripts.list(server.account), [])
})

test('§2.13: NOOP', () =>
  playing(
    server.login(),
    `C: NOOP
     S: OK "…"
     C: NOOP "STARTTLS-SYNC-42"
     S: OK (TAG "STARTTLS-SYNC-42") "Done"`,
  ))

test('§2.14.1: UNAUTHENTICATE', () =>
  playing(
    server.login(),
    `C: UNAUTHENTICATE
     S: OK "…"
     C: UNAUTHENTICATE
     S: NO "Log in first"
     C: LISTSCRIPTS
     S: NO "Log in first"
     C: AUTHENTICATE "PLAIN" "<plain>"
     S: OK "…"
     C: LISTSCRIPTS
     S: OK "…"`,
  ))
