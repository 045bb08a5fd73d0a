/** A report as JSON (RFC 8460 §4.4). */
import type { TlsResult as TlsResultRow } from '@lemonade/store'
import type { AppliedPolicy } from '../policy/plan.ts'
import { type FailureDetail, startOf } from '../policy/results.ts'

export interface ReportFacts {
  /** The domain that reports; its postmaster is whom to ask. */
  readonly submitter: string
  readonly domain: string
  readonly day: number
}

export interface TlsReport {
  readonly 'organization-name': string
  readonly 'date-range': { readonly 'start-datetime': string; readonly 'end-datetime': string }
  readonly 'contact-info': string
  readonly 'report-id': string
  readonly policies: readonly {
    readonly policy: AppliedPolicy
    readonly summary: {
      readonly 'total-successful-session-count': number
      readonly 'total-failure-session-count': number
    }
    readonly 'failure-details'?: readonly (FailureDetail & { readonly 'failed-session-count': number })[]
  }[]
}

/** A day and a domain have one: whoever gets it twice can tell (RFC 8460 §5.3). */
export function reportId({ submitter, domain, day }: ReportFacts): string {
  return `${new Date(startOf(day)).toISOString().slice(0, 10)}.${domain}@${submitter}`
}

export function tlsReport(facts: ReportFacts, results: readonly TlsResultRow[]): TlsReport {
  const { submitter, day } = facts
  return {
    'organization-name': submitter,
    'date-range': { 'start-datetime': dateTime(startOf(day)), 'end-datetime': dateTime(startOf(day + 1) - 1000) },
    'contact-info': `postmaster@${submitter}`,
    'report-id': reportId(facts),
    policies: policiesOf(results),
  }
}

export function policiesOf(results: readonly TlsResultRow[]): TlsReport['policies'] {
  return [...Map.groupBy(results, ({ policy }) => policy)].map(([policy, rows]) => {
    const failed = rows.filter(({ failure }) => failure !== '')
    const details = failed.map(({ failure, sessions }) => ({
      ...(JSON.parse(failure) as FailureDetail),
      'failed-session-count': sessions,
    }))
    return {
      policy: JSON.parse(policy) as AppliedPolicy,
      summary: {
        'total-successful-session-count': sum(rows) - sum(failed),
        'total-failure-session-count': sum(failed),
      },
      ...(details.length === 0 ? {} : { 'failure-details': details }),
    }
  })
}

function sum(rows: readonly TlsResultRow[]): number {
  return rows.reduce((total, { sessions }) => total + sessions, 0)
}

/** date-time of RFC 3339 §5.6. */
function dateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** RFC 8460 §5.1 */
export function reportFile({ submitter, domain, day }: ReportFacts): string {
  return `${submitter}!${domain}!${startOf(day) / 1000}!${startOf(day + 1) / 1000 - 1}.json.gz`
}
