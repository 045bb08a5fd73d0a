/** `lemonade tls-report`: how TLS to other domains went, and what they were told of it (RFC 8460). */
import { domainToASCII } from 'node:url'
import { tlsReportPolicies } from '@lemonade/mta'
import type { Store, TlsReportState } from '@lemonade/store'
import type { Command } from 'commander'
import { columns } from '../terminal/columns.ts'
import { type Io, print } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

export function addTlsReportCommand(program: Command, io: Io): void {
  addCommand(program, 'tls-report [domain]', 'show how TLS to other domains went, a day, and who was told').action(
    async (domain: string | undefined, _options: object, command: Command) =>
      withStore(configFor(io, command), async store => {
        const name = domain === undefined ? undefined : domainToASCII(domain.replace(/\.$/, '')).toLowerCase()
        const rows: string[][] = []
        for (const report of await store.tlsReports.list(name)) rows.push(...(await rowsOf(store, report)))
        print(io, rows.length === 0 ? 'Nothing has been sent to other servers lately.' : columns(rows))
      }),
  )
}

/** A row a policy, and one below it for each way in which it failed. */
async function rowsOf(store: Store, report: TlsReportState): Promise<string[][]> {
  const { day, domain } = report
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
  const policies = tlsReportPolicies(await store.tlsReports.results(day, domain))
  return policies.flatMap(({ policy, summary, 'failure-details': details = [] }) => [
    [
      date,
      domain,
      `${names[policy['policy-type']]}${policy['policy-domain'] === domain ? '' : ` of ${policy['policy-domain']}`}`,
      `${summary['total-successful-session-count']} good`,
      `${summary['total-failure-session-count']} failed`,
      told(report),
    ],
    ...details.map(detail => [
      '',
      '',
      `  ${detail['result-type']}`,
      '',
      `${detail['failed-session-count']}`,
      [detail['receiving-mx-hostname'], detail['receiving-ip'], printable(detail['failure-reason-code'] ?? '')]
        .filter(text => text !== undefined && text !== '')
        .join(', '),
    ]),
  ])
}

const names = { tlsa: 'DANE', sts: 'MTA-STS', 'no-policy-found': 'no policy' } as const

function told({ state, detail }: TlsReportState): string {
  const sentences = {
    collected: 'not reported yet',
    waiting: `to be tried again: ${printable(detail)}`,
    sent: `reported to ${printable(detail)}`,
    unwanted: 'wants no reports',
    failed: `not reported: ${printable(detail)}`,
  } as const satisfies Record<TlsReportState['state'], string>
  return sentences[state]
}

/** What others have said may hold anything. */
function printable(text: string): string {
  return text.replace(/[^\P{C}]+/gu, '?').slice(0, 200)
}
