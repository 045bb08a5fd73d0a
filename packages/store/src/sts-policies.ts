/** Policies of MTA-STS as other domains had them last (RFC 8461 §5.1); what nobody looked for for longest makes room. */
import type { StsPolicies } from './api.ts'
import type { Engine } from './engine.ts'
import type { StsPolicy } from './model.ts'
import { job } from './writer/job.ts'

interface Row {
  readonly domain: string
  readonly id: string
  readonly policy: string
  readonly max_age: number
  readonly fetched_at: number
  readonly checked_at: number
}

const columns = 'domain, id, policy, max_age, fetched_at, checked_at'

const policyOf = ({ domain, id, policy, max_age, fetched_at, checked_at }: Row): StsPolicy => ({
  ...{ domain, id, policy },
  expiresAt: fetched_at + max_age,
  fetchedAt: fetched_at,
  checkedAt: checked_at,
})

interface NewPolicy {
  readonly domain: string
  readonly id: string
  readonly policy: string
  readonly maxAge: number
}

export const putStsPolicy = job('sts-policies.put', (tx, { domain, id, policy, maxAge }: NewPolicy) => {
  tx.sql(
    `INSERT INTO sts_policies (${columns}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (domain) DO UPDATE SET (id, policy, max_age, fetched_at, checked_at) =
       (excluded.id, excluded.policy, excluded.max_age, excluded.fetched_at, excluded.checked_at)`,
  ).run(domain, id, policy, maxAge, tx.now, tx.now)
  const surplus = tx.number('SELECT count(*) FROM sts_policies') - tx.limits.stsPolicies
  if (surplus <= 0) return
  tx.sql(
    `DELETE FROM sts_policies WHERE domain IN
       (SELECT domain FROM sts_policies WHERE domain <> ? ORDER BY checked_at, domain LIMIT ?)`,
  ).run(domain, surplus)
})

export const noteStsCheck = job('sts-policies.checked', (tx, domain: string) => {
  tx.sql('UPDATE sts_policies SET checked_at = ? WHERE domain = ?').run(tx.now, domain)
})

export const forgetExpired = job('sts-policies.forget-expired', tx => {
  tx.sql('DELETE FROM sts_policies WHERE fetched_at + max_age <= ?').run(tx.now)
})

export function stsPoliciesOf({ reader, writer }: Engine): StsPolicies {
  return {
    async find(domain) {
      const row = reader.sql<Row>(`SELECT ${columns} FROM sts_policies WHERE domain = ?`).get(domain)
      return row === undefined ? null : policyOf(row)
    },
    async unchecked(since, limit) {
      const rows = reader.sql<Row>(
        `SELECT ${columns} FROM sts_policies WHERE checked_at <= ? ORDER BY checked_at, domain LIMIT ?`,
      )
      return rows.all(since, limit).map(policyOf)
    },
    put: policy => writer.run(putStsPolicy, policy),
    checked: domain => writer.run(noteStsCheck, domain),
    forgetExpired: () => writer.run(forgetExpired, undefined),
  }
}
