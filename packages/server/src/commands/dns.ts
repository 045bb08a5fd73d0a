/** `lemonade dns`: the records that the domains need, as lines of a zone file. */
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import type { ListenerName } from '../listeners.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { addCommand, configFor, withStore } from './command.ts'

/** Services that clients look up (RFC 6186 §3, RFC 8314 §5.1, RFC 5804 §1.8), with the ports that the world expects. */
const services: readonly { readonly name: string; readonly listener: ListenerName; readonly port: number }[] = [
  { name: '_imaps', listener: 'imaps', port: 993 },
  { name: '_imap', listener: 'imap', port: 143 },
  { name: '_submissions', listener: 'submissions', port: 465 },
  { name: '_submission', listener: 'submission', port: 587 },
  { name: '_sieve', listener: 'managesieve', port: 4190 },
]

export function addDnsCommand(program: Command, io: Io): void {
  addCommand(program, 'dns', 'print the DNS records to publish').action(async (_options: object, command: Command) => {
    const config = configFor(io, command)
    const domains = await withStore(config, store => store.domains.list())
    print(
      io,
      zoneLines(
        config,
        domains.map(({ name }) => name),
      ),
    )
    if (!config.hostname.includes('.')) {
      remark(
        io,
        `The hostname is "${config.hostname}"; set "hostname" in the configuration to this machine's name in DNS.`,
      )
    }
  })
}

/** What to publish, a comment above each group. */
export function zoneLines(
  config: Pick<Config, 'hostname' | 'listen' | 'listensByDefault'>,
  domains: readonly string[],
): string {
  const host = `${config.hostname}.`
  const lines = [
    `; ${config.hostname}: the addresses of this machine; the reverse (PTR) records of both name it in turn.`,
    `; ${host} A     <IPv4 address>`,
    `; ${host} AAAA  <IPv6 address>`,
  ]
  for (const domain of domains) {
    lines.push(
      '',
      `; ${domain}: where its mail goes (RFC 5321 §5.1), who sends it (RFC 7208), what others do with the rest (RFC 7489)`,
      `${domain}. MX 10 ${host}`,
      `${domain}. TXT "v=spf1 mx -all"`,
      `_dmarc.${domain}. TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
      `; ${domain}: where mail programs find their server (RFC 6186, RFC 8314, RFC 5804)`,
      ...services.map(({ name, listener, port }) => {
        // "." says that the service is not offered (RFC 6186 §3.4).
        const [first] = config.listen[listener]
        if (first === undefined) return `${name}._tcp.${domain}. SRV 0 0 0 .`
        // The default ports need no privilege; whoever publishes them redirects the usual ones to them.
        const published = config.listensByDefault[listener] || first.port === 0 ? port : first.port
        return `${name}._tcp.${domain}. SRV 0 1 ${published} ${host}`
      }),
    )
  }
  return lines.join('\n')
}
