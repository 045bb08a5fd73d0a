/**
 * Keys that a domain's mail is signed with (RFC 6376 §3.1). The private ones are sealed. At most one key of an algorithm
 * is active: the one that becomes it retires the other in the same transaction.
 */
import { foldDomain } from './addresses.ts'
import type { DkimKeys, NewDkimKey, Secrets } from './api.ts'
import type { Engine } from './engine.ts'
import type { DkimKey, DkimKeyState } from './model.ts'
import { StoreError } from './problem.ts'
import { isLocalDomain } from './routing.ts'
import { job } from './writer/job.ts'

interface Row {
  readonly domain: string
  readonly selector: string
  readonly algorithm: DkimKey['algorithm']
  readonly state: DkimKeyState
  readonly since: number
  readonly made_at: number
  readonly public_key: Uint8Array
}

const columns = 'domain, selector, algorithm, state, since, made_at, public_key'

const keyOf = ({ made_at, public_key, ...row }: Row): DkimKey => ({
  ...row,
  madeAt: made_at,
  publicKey: new Uint8Array(public_key),
})

function domainName(domain: string): string {
  const name = foldDomain(domain)
  if (name === null) throw new StoreError('bad-address', domain)
  return name
}

type SealedKey = Omit<NewDkimKey, 'privateKey'> & { readonly sealed: Uint8Array }

export const addDkimKeys = job('dkim-keys.add', (tx, keys: readonly SealedKey[]): boolean => {
  for (const { domain, selector } of keys) {
    if (!isLocalDomain(tx, domain)) throw new StoreError('no-such-domain', domain)
    const taken = tx.sql('SELECT 1 FROM dkim_keys WHERE domain = ? AND selector = ?').get(domain, selector)
    if (taken !== undefined) return false
  }
  for (const { domain, selector, algorithm, publicKey, sealed } of keys) {
    tx.sql(
      `INSERT INTO dkim_keys (domain, selector, algorithm, state, since, made_at, public_key, sealed_key)
       VALUES (?, ?, ?, 'prepared', ?, ?, ?, ?)`,
    ).run(domain, selector, algorithm, tx.now, tx.now, publicKey, sealed)
  }
  return true
})

interface KeyName {
  readonly domain: string
  readonly selector: string
}

export const setDkimKeyState = job(
  'dkim-keys.set-state',
  (tx, { domain, selector, state }: KeyName & { readonly state: DkimKeyState }): boolean => {
    const set = tx.sql('UPDATE dkim_keys SET state = ?, since = ? WHERE domain = ? AND selector = ? AND state <> ?')
    if (set.run(state, tx.now, domain, selector, state).changes === 0) return false
    if (state === 'active') {
      tx.sql(
        `UPDATE dkim_keys SET state = 'retired', since = ? WHERE domain = ? AND selector <> ? AND state = 'active'
         AND algorithm = (SELECT algorithm FROM dkim_keys WHERE domain = ? AND selector = ?)`,
      ).run(tx.now, domain, selector, domain, selector)
    }
    return true
  },
)

export const removeDkimKey = job('dkim-keys.remove', (tx, { domain, selector }: KeyName): boolean => {
  const removed = tx.sql('DELETE FROM dkim_keys WHERE domain = ? AND selector = ?').run(domain, selector)
  return removed.changes > 0
})

export const resealDkimKey = job(
  'dkim-keys.reseal',
  (tx, { domain, selector, sealed }: KeyName & { readonly sealed: Uint8Array }) => {
    tx.sql('UPDATE dkim_keys SET sealed_key = ? WHERE domain = ? AND selector = ?').run(sealed, domain, selector)
  },
)

/** What a sealed key opens for. */
const purposeOf = ({ domain, selector }: KeyName) => `dkim ${selector}._domainkey.${domain}`

export function dkimKeysOf({ reader, writer }: Engine, secrets: Secrets): DkimKeys {
  const sealedKeys = () =>
    reader.raw<[string, string, Uint8Array]>('SELECT domain, selector, sealed_key FROM dkim_keys').all()
  return {
    async list(domain) {
      const name = foldDomain(domain)
      const rows = reader.sql<Row>(`SELECT ${columns} FROM dkim_keys WHERE domain = ? ORDER BY made_at, selector`)
      return name === null ? [] : rows.all(name).map(keyOf)
    },
    add: async keys =>
      writer.run(
        addDkimKeys,
        keys.map(({ privateKey, ...key }) => {
          const named = { ...key, domain: domainName(key.domain) }
          return { ...named, sealed: secrets.seal(privateKey, purposeOf(named)) }
        }),
      ),
    async privateKey({ domain, selector }) {
      const row = reader
        .raw<[Uint8Array]>('SELECT sealed_key FROM dkim_keys WHERE domain = ? AND selector = ?')
        .get(domain, selector)
      return row === undefined ? null : secrets.open(new Uint8Array(row[0]), purposeOf({ domain, selector }))
    },
    setState: ({ domain, selector }, state) => writer.run(setDkimKeyState, { domain, selector, state }),
    remove: ({ domain, selector }) => writer.run(removeDkimKey, { domain, selector }),
    async reseal() {
      for (const [domain, selector, sealed] of sealedKeys()) {
        const name = { domain, selector }
        if (secrets.isCurrent(new Uint8Array(sealed))) continue
        const plain = secrets.open(new Uint8Array(sealed), purposeOf(name))
        await writer.run(resealDkimKey, { ...name, sealed: secrets.seal(plain, purposeOf(name)) })
      }
    },
  }
}
