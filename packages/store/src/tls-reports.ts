/**
 * How sessions with the servers of other domains went, a UTC day (RFC 8460 §4), and what became of the reports of it.
 * Of a domain and day only so many outcomes are told apart; past that only what failed is kept of one, not where.
 */
import type { Deposit, TlsReports } from './api.ts'
import { type DepositRequest, depositInto } from './deposit.ts'
import type { Engine } from './engine.ts'
import { depositBecame, depositRequest } from './messages.ts'
import type { ContentId, Instant, TlsReportState, TlsResult } from './model.ts'
import { job, type Tx } from './writer/job.ts'

export interface NewTlsResult extends Omit<TlsResult, 'sessions'> {
  /** What is kept of the failure where there is no room for more. */
  readonly summary: string
}

export const noteTlsResult = job('tls-reports.note', (tx, result: NewTlsResult) => {
  const { day, domain, policy, failure, summary } = result
  if (count(tx, day, domain, policy, failure)) return
  const { tlsResultsPerDay, tlsResultsPerDomain } = tx.limits
  const all = tx.number('SELECT count(*) FROM tls_results WHERE day = ?', day)
  if (all >= tlsResultsPerDay) return
  const ofDomain = tx.number('SELECT count(*) FROM tls_results WHERE day = ? AND domain = ?', day, domain)
  const kept = ofDomain < tlsResultsPerDomain ? failure : summary
  if (kept !== failure && count(tx, day, domain, policy, kept)) return
  tx.sql('INSERT INTO tls_results (day, domain, policy, failure, sessions) VALUES (?, ?, ?, ?, 1)').run(
    ...[day, domain, policy, kept],
  )
})

function count(tx: Tx, day: number, domain: string, policy: string, failure: string): boolean {
  const add = tx.sql(
    'UPDATE tls_results SET sessions = sessions + 1 WHERE day = ? AND domain = ? AND policy = ? AND failure = ?',
  )
  return add.run(day, domain, policy, failure).changes > 0
}

export interface Settled {
  readonly day: number
  readonly domain: string
  readonly state: TlsReportState['state']
  readonly nextAt: Instant
  readonly detail: string
}

export const settleTlsReport = job(
  'tls-reports.settle',
  (tx, { dsn, ...settled }: Settled & { readonly dsn: DepositRequest | null }): readonly ContentId[] => {
    const { day, domain, state, nextAt, detail } = settled
    tx.sql(
      `INSERT INTO tls_reports (day, domain, state, attempts, next_at, detail) VALUES (?, ?, ?, 1, ?, ?)
       ON CONFLICT (day, domain) DO UPDATE SET
         (state, attempts, next_at, detail) = (excluded.state, attempts + 1, excluded.next_at, excluded.detail)`,
    ).run(day, domain, state, nextAt, detail)
    return dsn === null ? [] : depositInto(tx, dsn)
  },
)

export const forgetTlsResults = job('tls-reports.forget', (tx, before: number) => {
  for (const table of ['tls_results', 'tls_reports']) tx.sql(`DELETE FROM ${table} WHERE day < ?`).run(before)
})

export function tlsReportsOf(engine: Engine): TlsReports {
  const { reader, writer } = engine
  return {
    note: result => writer.run(noteTlsResult, result),
    async results(day, domain) {
      const rows = reader.sql<TlsResult>(
        `SELECT day, domain, policy, failure, sessions FROM tls_results WHERE day = ? AND domain = ?
         ORDER BY policy, failure`,
      )
      return rows.all(day, domain)
    },
    async list(domain) {
      const rows = reader.sql<TlsReportState>(
        `SELECT day, domain, ifnull(state, 'collected') AS state, ifnull(attempts, 0) AS attempts,
           ifnull(next_at, 0) AS nextAt, ifnull(detail, '') AS detail
         FROM (SELECT DISTINCT day, domain FROM tls_results) LEFT JOIN tls_reports USING (day, domain)
         WHERE ? IN ('', domain) ORDER BY day, domain`,
      )
      return rows.all(domain ?? '')
    },
    async due(before, now, limit) {
      const rows = reader.sql<TlsReportState>(
        `SELECT day, domain, ifnull(state, 'collected') AS state, ifnull(attempts, 0) AS attempts,
           ifnull(next_at, 0) AS nextAt, ifnull(detail, '') AS detail
         FROM (SELECT DISTINCT day, domain FROM tls_results WHERE day < ?) LEFT JOIN tls_reports USING (day, domain)
         WHERE ifnull(state, 'waiting') = 'waiting' AND ifnull(next_at, 0) <= ? ORDER BY day, domain LIMIT ?`,
      )
      return rows.all(before, now, limit)
    },
    async settle(settled, deposit: Deposit | null) {
      const dsn = deposit && depositRequest(engine, deposit)
      const stored = await writer.run(settleTlsReport, { ...settled, dsn })
      if (deposit !== null) await depositBecame(deposit, stored)
    },
    forget: before => writer.run(forgetTlsResults, before),
  }
}
