/** What scripts may require here: all that sieve.js has, time limits, and notifications by HTTP and Web Push, which `notify` carries. */
import { deliverBy, extensions, furtherNotifyMethods, type SieveExtension } from 'sieve.js'

export const offeredExtensions: readonly SieveExtension[] = [
  ...extensions,
  ...deliverBy,
  furtherNotifyMethods.http,
  furtherNotifyMethods.webPush,
]
