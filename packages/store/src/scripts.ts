/** Sieve scripts of an account; at most one is active (RFC 5804 §1.1). */
import { requireAccount } from './accounts.ts'
import type { Scripts } from './api.ts'
import type { Engine } from './engine.ts'
import type { AccountId, Script } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

interface Named {
  readonly account: AccountId
  readonly name: string
}

function find(tx: Tx, { account, name }: Named): { id: number; active: number } {
  const row = tx
    .sql<{ id: number; active: number }>('SELECT id, active FROM scripts WHERE account_id = ? AND name = ?')
    .get(account, name)
  if (row === undefined) throw new StoreError('no-such-script', name)
  return row
}

interface Put extends Named {
  readonly source: string
  readonly limits: { readonly scripts: number; readonly octets: number }
}

export const putScript = job('scripts.put', (tx, { account, name, source, limits }: Put) => {
  requireAccount(tx, account)
  const octets = Buffer.byteLength(source)
  if (octets > limits.octets) throw new StoreError('too-big', `a script of ${octets} octets`)
  tx.sql(
    `INSERT INTO scripts (account_id, name, source, octets) VALUES (?, ?, ?, ?)
     ON CONFLICT (account_id, name) DO UPDATE SET source = excluded.source, octets = excluded.octets`,
  ).run(account, name, source, octets)
  const count = tx.number('SELECT count(*) FROM scripts WHERE account_id = ?', account)
  if (count > limits.scripts) throw new StoreError('too-many-scripts', `${count}`)
})

export const activateScript = job('scripts.activate', (tx, { account, name }: Named) => {
  const script = name === '' ? null : find(tx, { account, name })
  tx.sql('UPDATE scripts SET active = 0 WHERE account_id = ? AND active = 1').run(account)
  if (script !== null) tx.sql('UPDATE scripts SET active = 1 WHERE id = ?').run(script.id)
})

export const removeScript = job('scripts.remove', (tx, named: Named) => {
  const { id, active } = find(tx, named)
  if (active === 1) throw new StoreError('script-is-active', named.name)
  tx.sql('DELETE FROM scripts WHERE id = ?').run(id)
})

export const renameScript = job('scripts.rename', (tx, args: Named & { to: string }) => {
  const { id } = find(tx, args)
  if (args.to === args.name) return
  const taken = tx.sql('SELECT 1 FROM scripts WHERE account_id = ? AND name = ?').get(args.account, args.to)
  if (taken !== undefined) throw new StoreError('script-exists', args.to)
  tx.sql('UPDATE scripts SET name = ? WHERE id = ?').run(args.to, id)
})

export function scriptsOf({ reader, writer }: Engine): Scripts {
  return {
    async list(account) {
      const rows = reader
        .sql<{ name: string; active: number; octets: number }>(
          'SELECT name, active, octets FROM scripts WHERE account_id = ? ORDER BY name',
        )
        .all(account)
      return rows.map((row): Script => ({ ...row, active: row.active === 1 }))
    },
    async get(account, name) {
      const row = reader
        .raw<[string]>('SELECT source FROM scripts WHERE account_id = ? AND name = ?')
        .get(account, name)
      if (row === undefined) throw new StoreError('no-such-script', name)
      return row[0]
    },
    async active(account) {
      const find = reader.sql<{ name: string; source: string }>(
        'SELECT name, source FROM scripts WHERE account_id = ? AND active = 1',
      )
      return find.get(account) ?? null
    },
    put: (account, name, source, limits) => writer.run(putScript, { account, name, source, limits }),
    setActive: (account, name) => writer.run(activateScript, { account, name }),
    remove: (account, name) => writer.run(removeScript, { account, name }),
    rename: (account, from, to) => writer.run(renameScript, { account, name: from, to }),
  }
}
