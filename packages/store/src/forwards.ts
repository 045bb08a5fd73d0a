/** Where accounts have their mail go on to, and the secret behind the return paths of what goes on. */
import { randomBytes } from 'node:crypto'
import { accountById, accountByName } from './accounts.ts'
import { addressText, newAddress } from './addresses.ts'
import type { Forwards, Secrets } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import type { AccountId, Forward } from './model.ts'
import { StoreError } from './problem.ts'
import { reachedFrom } from './routing.ts'
import { job, type Tx } from './writer/job.ts'

export function forwardOf(reader: Pick<Connection, 'raw'>, account: AccountId): Forward | null {
  const row = reader.raw<[string, number]>('SELECT targets, keeps FROM forwards WHERE account_id = ?').get(account)
  return row === undefined ? null : { targets: JSON.parse(row[0]) as string[], keeps: row[1] === 1 }
}

/** Folded, each once. Throws bad-address. */
export function targetsOf(tx: Tx, addresses: readonly string[]): readonly string[] {
  const targets = [...new Set(addresses.map(address => addressText(newAddress(address))))]
  if (targets.length > 0 && targets.length <= tx.limits.aliasTargets) return targets
  throw new StoreError('bad-address', `1 to ${tx.limits.aliasTargets} addresses are possible`)
}

/** Throws alias-loop where targets lead back to the address that is to lead to them. */
export function checkNoLoop(tx: Tx, address: string, targets: readonly string[]): void {
  if (reachedFrom(tx, targets, tx.limits).has(address)) throw new StoreError('alias-loop', address)
}

export const setForward = job(
  'forwards.set',
  (tx, { account, forward }: { account: AccountId; forward: Forward | null }): Forward | null => {
    const found = accountById(tx, account)
    if (found === null) throw new StoreError('no-such-account', `${account}`)
    tx.sql('DELETE FROM forwards WHERE account_id = ?').run(account)
    if (forward === null) return null
    const targets = targetsOf(tx, forward.targets)
    checkNoLoop(tx, found.name, targets)
    for (const target of targets) {
      if (accountByName(tx, target)?.id === account) throw new StoreError('alias-loop', target)
    }
    const insert = tx.sql('INSERT INTO forwards (account_id, targets, keeps) VALUES (?, ?, ?)')
    insert.run(account, JSON.stringify(targets), Number(forward.keeps))
    return { targets, keeps: forward.keeps }
  },
)

const purpose = 'return paths of forwarded mail'
const secretOctets = 32

/** The first that is there stays: what was signed with it comes back. */
export const keepForwardingSecret = job('forwards.keep-secret', (tx, sealed: Uint8Array): Uint8Array => {
  const kept = tx.raw<[Uint8Array]>('SELECT sealed FROM forwarding_secrets ORDER BY id DESC LIMIT 1').get()
  if (kept !== undefined) return new Uint8Array(kept[0])
  tx.sql('INSERT INTO forwarding_secrets (made_at, sealed) VALUES (?, ?)').run(tx.now, sealed)
  return sealed
})

export const resealForwardingSecret = job('forwards.reseal', (tx, sealed: Uint8Array) => {
  tx.sql('UPDATE forwarding_secrets SET sealed = ?').run(sealed)
})

/** Null where the key that sealed it is lost: what was signed with it comes back no more, but mail goes on. */
function opens(secrets: Secrets, sealed: Uint8Array): Uint8Array | null {
  try {
    return secrets.open(sealed, purpose)
  } catch (error) {
    if (error instanceof StoreError && error.problem === 'damaged') return null
    throw error
  }
}

export function forwardsOf({ reader, writer }: Engine, secrets: Secrets): Forwards {
  let secret: Promise<Uint8Array> | null = null
  const open = async (): Promise<Uint8Array> => {
    const fresh = randomBytes(secretOctets)
    const kept = await writer.run(keepForwardingSecret, secrets.seal(fresh, purpose))
    const opened = opens(secrets, kept) ?? fresh
    if (opened === fresh || !secrets.isCurrent(kept)) {
      await writer.run(resealForwardingSecret, secrets.seal(opened, purpose))
    }
    return opened
  }
  return {
    get: async account => forwardOf(reader, account),
    set: (account, forward) => writer.run(setForward, { account, forward }),
    secret() {
      secret ??= open().catch(error => {
        secret = null
        throw error
      })
      return secret
    },
  }
}
