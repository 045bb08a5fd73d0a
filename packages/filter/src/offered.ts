/** What scripts may require here: all that sieve.js has, time limits, and the notifications that `notify` carries. */
import { deliverBy, extensions, furtherNotifyMethods, type SieveExtension } from 'sieve.js'

export const offeredExtensions: readonly SieveExtension[] = [
  ...extensions,
  ...deliverBy,
  furtherNotifyMethods.http,
  furtherNotifyMethods.webPush,
]

/** The same, with the ways of notifying that the operator has set up beside HTTP and Web Push. */
export function offeredWith(ways: { readonly xmpp: boolean; readonly tel: boolean }): readonly SieveExtension[] {
  return [
    ...offeredExtensions,
    ...(ways.xmpp ? [furtherNotifyMethods.xmpp] : []),
    ...(ways.tel ? [furtherNotifyMethods.tel] : []),
  ]
}
