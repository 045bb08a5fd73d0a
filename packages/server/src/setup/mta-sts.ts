/** The policy by which other servers insist on TLS to this one (RFC 8461). */
import { createHash } from 'node:crypto'
import { notFound, type Page } from '../http/page.ts'
import type { SetupSite } from './site.ts'

/** RFC 8461 §5: none publishes nothing; testing has failures reported; enforce has mail wait until TLS works. */
export const mtaStsModes = ['none', 'testing', 'enforce'] as const
export type MtaStsMode = (typeof mtaStsModes)[number]

/** How long others may keep it: a trial should end soon, and what is enforced should outlast an attack (RFC 8461 §3.2). */
const maxAgeSeconds = { testing: 86_400, enforce: 2_592_000 } as const

/** The policy's text (RFC 8461 §3.2). */
export function mtaStsPolicy(hostname: string, mode: Exclude<MtaStsMode, 'none'>): string {
  return ['version: STSv1', `mode: ${mode}`, `mx: ${hostname}`, `max_age: ${maxAgeSeconds[mode]}`, ''].join('\r\n')
}

/** Another policy has another id, so others learn of a change from DNS (RFC 8461 §3.1). */
export function mtaStsId(policy: string): string {
  return createHash('sha256').update(policy).digest('hex').slice(0, 20)
}

/** Fetched from `mta-sts.DOMAIN` and from nowhere else (RFC 8461 §3.3). */
export function mtaStsPage(site: SetupSite, mode: MtaStsMode): Page {
  return {
    method: 'GET',
    async answer({ host }) {
      const domain = /^mta-sts\.(.+)$/.exec(host)?.[1]
      if (mode === 'none' || domain === undefined || !(await site.isOurs(domain))) return notFound
      return { status: 200, type: 'text/plain; charset=utf-8', text: mtaStsPolicy(site.hostname, mode) }
    },
  }
}
