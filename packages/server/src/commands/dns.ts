/** `lemonade dns`: the records that the domains need, as lines of a zone file, or compared with what DNS has. */
import { ensureDkimKeys } from '@lemonade/mta'
import type { Store } from '@lemonade/store'
import type { Command } from 'commander'
import type { Config } from '../config/config.ts'
import { openResolver } from '../config/dns.ts'
import { checkGroups, checkHost, findingLines, isFault } from '../dns/check.ts'
import { domainGroups, hostGroups, type ZoneDomain, zoneText } from '../dns/zone.ts'
import { groupLimits } from '../limit-groups.ts'
import { UserError } from '../problem.ts'
import { type Io, print, remark } from '../terminal/io.ts'
import { certificateKeys } from '../tls/certificate-keys.ts'
import { addCommand, checkDomain, configFor, withStore } from './command.ts'

export function addDnsCommand(program: Command, io: Io): void {
  addCommand(program, 'dns [domain]', 'print the DNS records to publish, of one domain or of all')
    .option('--check', 'compare them with what DNS has')
    .action(async (domain: string | undefined, options: { check?: boolean }, command: Command) => {
      const config = configFor(io, command)
      const domains = await withStore(config, store => zoneDomains(store, config, domain))
      const groups = [
        ...hostGroups(config, certificateKeys(config)),
        ...domains.flatMap(each => domainGroups(config, each)),
      ]
      if (options.check === true) {
        const dns = openResolver(config.dns, groupLimits('mta', config.limits))
        const findings = [...(await checkHost(config.hostname, dns)), ...(await checkGroups(groups, dns))]
        print(io, findingLines(findings))
        const faults = findings.filter(isFault).length
        if (faults > 0) throw new UserError(`${faults} of ${findings.length} records need a look.`)
        return
      }
      print(io, zoneText(config.hostname, groups))
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
    })
}

/** With their keys, which are made where there are none. Throws a sentence for a domain that is not ours. */
async function zoneDomains(
  store: Store,
  { mta }: Pick<Config, 'mta'>,
  domain: string | undefined,
): Promise<readonly ZoneDomain[]> {
  const names: string[] = []
  if (domain === undefined) names.push(...(await store.domains.list()).map(({ name }) => name))
  else {
    checkDomain(domain)
    if (!(await store.domains.has(domain))) {
      throw new UserError(`Mail for ${domain} is not taken here; lemonade domain add ${domain} changes that.`)
    }
    names.push(domain.replace(/\.$/, ''))
  }
  const found: ZoneDomain[] = []
  for (const name of names) {
    const isSigned = mta.dkim === 'sign' && name.includes('.')
    found.push({ name, keys: isSigned ? await ensureDkimKeys(store, name, Date.now()) : [] })
  }
  return found
}
