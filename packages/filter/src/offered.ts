/** What scripts may require here: all that sieve.js has, time limits, conversions, and the notifications that `notify` carries. */
import { conversion, deliverBy, extensions, furtherNotifyMethods, type SieveExtension } from 'sieve.js'

export const offeredExtensions: readonly SieveExtension[] = [
  ...extensions,
  ...deliverBy,
  conversion,
  furtherNotifyMethods.http,
  furtherNotifyMethods.webPush,
]

/** The same, with the ways of notifying that the operator has set up beside HTTP and Web Push, and maybe without conversions. */
export function offeredWith(ways: {
  readonly xmpp: boolean
  readonly tel: boolean
  readonly converts: boolean
}): readonly SieveExtension[] {
  return [
    ...offeredExtensions.filter(extension => ways.converts || extension !== conversion),
    ...(ways.xmpp ? [furtherNotifyMethods.xmpp] : []),
    ...(ways.tel ? [furtherNotifyMethods.tel] : []),
  ]
}
