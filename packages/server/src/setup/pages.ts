/** The pages by which a phone sets itself up from the address alone, and other servers learn to insist on TLS. */
import type { Pages } from '../http/page.ts'
import { autoconfigPage } from './autoconfig.ts'
import { autodiscoverPage } from './autodiscover.ts'
import { frontPage } from './front-page.ts'
import { mobileconfigPage } from './mobileconfig.ts'
import { type MtaStsMode, mtaStsPage } from './mta-sts.ts'
import type { SetupSite } from './site.ts'

const profilePath = '/apple.mobileconfig'

export function setupPages(site: SetupSite, mtaSts: MtaStsMode): Pages {
  const autoconfig = autoconfigPage(site)
  return {
    '/': frontPage(site, profilePath),
    '/mail/config-v1.1.xml': autoconfig,
    '/.well-known/autoconfig/mail/config-v1.1.xml': autoconfig,
    '/autodiscover/autodiscover.xml': autodiscoverPage(site),
    [profilePath]: mobileconfigPage(site),
    '/.well-known/mta-sts.txt': mtaStsPage(site, mtaSts),
  }
}
