/** What scripts may require of a server that is configured so. */
import { offeredWith } from '@lemonade/filter'
import type { SieveExtension } from 'sieve.js'
import type { ConvertConfig } from './convert.ts'
import type { NotifyConfig } from './notify.ts'

export function offeredBy({
  notify: { ways },
  convert,
}: {
  readonly notify: Pick<NotifyConfig, 'ways'>
  readonly convert: Pick<ConvertConfig, 'enabled'>
}): readonly SieveExtension[] {
  return offeredWith({ xmpp: ways.xmpp !== undefined, tel: ways.sms !== undefined, converts: convert.enabled })
}
