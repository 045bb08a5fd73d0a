/** `lemonade dns`: the records that the domains need, as lines of a zone file. */
import { domainToASCII } from 'node:url'
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import type { ListenerName } from '../listeners.ts'
import { UserError } from '../problem.ts'
import { mtaStsId, mtaStsPolicy } from '../setup/mta-sts.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { addCommand, checkDomain, configFor, withStore } from './command.ts'

/** Services that clients look up (RFC 6186 §3, RFC 8314 §5.1, RFC 5804 §1.8), with the ports that the world expects. */
const services: readonly { readonly name: string; readonly listener: ListenerName; readonly port: number }[] = [
  { name: '_imaps', listener: 'imaps', port: 993 },
  { name: '_imap', listener: 'imap', port: 143 },
  { name: '_submissions', listener: 'submissions', port: 465 },
  { name: '_submission', listener: 'submission', port: 587 },
  { name: '_sieve', listener: 'managesieve', port: 4190 },
]

export function addDnsCommand(program: Command, io: Io): void {
  addCommand(program, 'dns [domain]', 'print the DNS records to publish, of one domain or of all').action(
    async (domain: string | undefined, _options: object, command: Command) => {
      const config = configFor(io, command)
      const domains = await withStore(config, async store => {
        if (domain === undefined) return (await store.domains.list()).map(({ name }) => name)
        checkDomain(domain)
        if (await store.domains.has(domain)) return [domain.replace(/\.$/, '')]
        throw new UserError(`Mail for ${domain} is not taken here; lemonade domain add ${domain} changes that.`)
      })
      print(io, zoneLines(config, domains))
      if (config.listen.https.length === 0) {
        remark(
          io,
          'There is no https listener: the records that need one need a web server in front of the http listener.',
        )
      }
      if (!config.hostname.includes('.')) {
        remark(
          io,
          `The hostname is "${config.hostname}"; set "hostname" in the configuration to this machine's name in DNS.`,
        )
      }
    },
  )
}

/** What to publish, a comment above each group. */
export function zoneLines(
  config: Pick<Config, 'hostname' | 'listen' | 'listensByDefault' | 'mta'>,
  domains: readonly string[],
): string {
  const host = `${config.hostname}.`
  const lines = [
    `; ${config.hostname}: the addresses of this machine; the reverse (PTR) records of both name it in turn.`,
    `; ${host} A     <IPv4 address>`,
    `; ${host} AAAA  <IPv6 address>`,
  ]
  // Zone files are ASCII.
  for (const domain of domains.map(name => domainToASCII(name))) {
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
      `; ${domain}: where they find the rest, by https`,
      `autoconfig.${domain}. CNAME ${host}`,
      `autodiscover.${domain}. CNAME ${host}`,
      `_autodiscover._tcp.${domain}. SRV 0 1 ${httpsPort(config)} ${host}`,
      `; ${domain}: where others report that TLS to this server fails (RFC 8460)`,
      `_smtp._tls.${domain}. TXT "v=TLSRPTv1; rua=mailto:postmaster@${domain}"`,
      ...mtaStsLines(config, domain),
    )
  }
  return lines.join('\n')
}

/** Where https is; a web server in front has the usual port. */
function httpsPort({ listen }: Pick<Config, 'listen'>): number {
  return listen.https[0]?.port || 443
}

/** The id is new whenever the policy is (RFC 8461 §3.1). */
function mtaStsLines({ hostname, mta }: Pick<Config, 'hostname' | 'mta'>, domain: string): readonly string[] {
  if (mta.sts === 'none') return []
  return [
    `; ${domain}: that others send to it by TLS, by https at port 443 (RFC 8461); here the policy is "${mta.sts}"`,
    `mta-sts.${domain}. CNAME ${hostname}.`,
    `_mta-sts.${domain}. TXT "v=STSv1; id=${mtaStsId(mtaStsPolicy(hostname, mta.sts))}"`,
  ]
}
