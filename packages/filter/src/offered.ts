/** What scripts may require here: all that sieve.js has, and notifications by HTTP and Web Push, which `notify` carries. */
import { extensions, furtherNotifyMethods, type SieveExtension } from 'sieve.js'

export const offeredExtensions: readonly SieveExtension[] = [
  ...extensions,
  furtherNotifyMethods.http,
  furtherNotifyMethods.webPush,
]
