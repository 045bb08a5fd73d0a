/** Where the server's certificate comes from, as the configuration says, and what keeps it fresh. */
import { readFileSync } from 'node:fs'
import type { Log } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import type { Config } from '../config/config.ts'
import { openResolver } from '../config/dns.ts'
import { groupLimits } from '../limit-groups.ts'
import type { ServerMetrics } from '../metrics.ts'
import { messageOf, systemSentence, UserError } from '../problem.ts'
import type { Challenges } from './acme/challenges.ts'
import { AcmeFiles } from './acme/files.ts'
import { CertificateKeeper } from './acme/keeper.ts'
import { TlsIdentity } from './identity.ts'
import { ensureLocalCertificate, localFiles } from './local.ts'

/** How often the local certificate is looked at for renewal. */
const renewalMilliseconds = 12 * 3_600_000

/**
 * The configured certificate; or that by ACME, and before it has come the local authority's, which is renewed for as long
 * as the server runs. Throws a sentence.
 */
export async function openTls(config: Config, log: Log): Promise<TlsIdentity> {
  if (config.tls !== null) {
    const tls = new TlsIdentity(config.tls, log)
    tls.watch()
    return tls
  }
  if (await ensureLocalCertificate(config, Date.now())) log.info({ hostname: config.hostname }, 'certificate made')
  const acme = config.acme === null ? null : new AcmeFiles(config.data)
  acme?.makeFolder()
  const tls = new TlsIdentity([...(acme === null ? [] : [acme.tls]), localFiles(config.data)], log)
  tls.watch()
  const renewal = setInterval(() => {
    ensureLocalCertificate(config, Date.now()).catch(error =>
      log.error({ error: messageOf(error) }, 'certificate not renewed'),
    )
  }, renewalMilliseconds)
  renewal.unref()
  return tls
}

/** null where there is no ACME. Throws a sentence. */
export function openCertificateKeeper(
  config: Config,
  house: {
    readonly store: Store
    readonly tls: TlsIdentity
    readonly challenges: Challenges
    readonly log: Log
    readonly metrics: ServerMetrics
  },
): CertificateKeeper | null {
  const { acme, hostname, listen } = config
  if (acme === null) return null
  return new CertificateKeeper({
    acme,
    authority: acme.authorityFile === null ? null : textOf(acme.authorityFile),
    files: new AcmeFiles(config.data),
    challenges: house.challenges,
    hostname,
    domains: async () => (await house.store.domains.list()).map(({ name }) => name),
    hasPages: listen.https.length > 0,
    dns: openResolver(config.dns, groupLimits('mta', config.limits)),
    limits: groupLimits('server', config.limits),
    log: house.log.child({ role: 'acme' }),
    metrics: house.metrics.metrics,
    onChange: () => house.tls.reload(),
  })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`${file} cannot be read. ${systemSentence(error) ?? messageOf(error)}`)
  }
}
