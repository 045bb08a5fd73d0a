/** A whole session against the real store: what the commands ask of it is what it does. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openAuth } from '@lemonade/auth'
import { openStore } from '@lemonade/store'
import { name, password, startServer } from './testing.ts'

test('scripts in the real store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-managesieve-'))
  const store = await openStore(directory)
  try {
    const account = await store.accounts.add({ name })
    const auth = openAuth({ store, allowPlaintext: 'loopback', wait: async () => {} })
    await auth.setPassword(account.id, password)
    const server = await startServer({ store, auth, limits: { scripts: 2 } })
    const player = await server.login()
    await player.play(
      `C: PUTSCRIPT "a" {7+}
       C: keep;
       C:
       S: OK "…"
       C: SETACTIVE "a"
       S: OK "…"
       C: PUTSCRIPT "a" "stop;"
       S: OK "…"
       C: PUTSCRIPT "b" "keep;"
       S: OK "…"
       C: CHECKSCRIPT "require [\\"reject\\", \\"ereject\\"]; ereject \\"no\\";"
       S: OK "…"
       C: PUTSCRIPT "c" "keep;"
       S: NO (QUOTA/MAXSCRIPTS) "…"
       C: LISTSCRIPTS
       S: "a" ACTIVE
       S: "b"
       S: OK "…"
       C: RENAMESCRIPT "a" "b"
       S: NO (ALREADYEXISTS) "…"
       C: RENAMESCRIPT "a" "ü"
       S: OK "…"
       C: RENAMESCRIPT "ü" "ü"
       S: NO (ALREADYEXISTS) "…"
       C: DELETESCRIPT "ü"
       S: NO (ACTIVE) "…"
       C: GETSCRIPT "ü"
       S: "stop;"
       S: OK "…"
       C: GETSCRIPT "a"
       S: NO (NONEXISTENT) "…"
       C: SETACTIVE "a"
       S: NO (NONEXISTENT) "…"
       C: SETACTIVE ""
       S: OK "…"
       C: DELETESCRIPT "ü"
       S: OK "…"
       C: DELETESCRIPT "ü"
       S: NO (NONEXISTENT) "…"
       C: LISTSCRIPTS
       S: "b"
       S: OK "…"`,
    )
    assert.equal(await store.scripts.active(account.id), null)
    await store.accounts.remove(account.id)
    await player.play(
      `C: LISTSCRIPTS
       S: BYE "The account was removed"`,
    )
    await server.service.stop(0)
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
})
