/** What the person who started the server reads: where it listens and how to connect. */
import { type Endpoint, formatEndpoint } from '@lemonade/net'
import type { Config } from './config/config.ts'
import type { Operator } from './first-run.ts'
import { type ByListener, listenerNames, listenerPurpose } from './listeners.ts'
import { columns } from './terminal/columns.ts'
import { localFiles } from './tls/local.ts'
import { version } from './version.ts'

export interface Announced {
  readonly config: Config
  readonly endpoints: ByListener<readonly Endpoint[]>
  readonly operator: Operator | null
  readonly ipv6: boolean
}

export function announcement({ config, endpoints, operator, ipv6 }: Announced): string {
  const rows = listenerNames
    .filter(name => endpoints[name].length > 0)
    .map(name => ['', name, endpoints[name].map(formatEndpoint).join(' '), listenerPurpose[name]])
  const lines = [
    `Lemonade ${version} is ready as ${config.hostname}, with its data in ${config.data}`,
    '',
    columns(rows),
  ]
  if (!ipv6 && Object.values(config.listensByDefault).includes(true)) {
    lines.push('This machine has no ::1, so the default addresses are those of IPv4 only.')
  }
  const [read, send] = [endpoints.imaps[0], endpoints.submissions[0]]
  if (read !== undefined && send !== undefined) {
    lines.push(
      `Mail programs: server ${config.hostname}, TLS, port ${read.port} to read and ${send.port} to send; the user name is the address.`,
    )
  }
  if (config.tls === null && config.acme === null)
    lines.push(`They must trust the authority in ${localFiles(config.data).authority}`)
  lines.push(
    operator === null
      ? 'More people: lemonade account add ADDRESS'
      : `\nFirst start. Your account, with a password that is shown this once:\n\n  ${operator.name}  ${operator.password}\n`,
  )
  return `${lines.join('\n')}\n`
}
