/** The bounds of the emitter. */

export interface NotifyLimits {
  /** Events read from the outbox at once: what one sink may hold in memory. */
  readonly pageEvents: number
  /** How long a request may take, from the look-up of the name to the end of the answer. */
  readonly requestMilliseconds: number
  /** The wait after the first failure; it doubles with each further one. */
  readonly firstRetryMilliseconds: number
  /** The longest wait, also where a target asks for a longer one by Retry-After. */
  readonly lastRetryMilliseconds: number
  /** While all goes well the cursor moves this often; a crash repeats no more than what went out since. */
  readonly cursorMilliseconds: number
  /** Looks into the outbox this often though no wake-up came. */
  readonly pollMilliseconds: number
  /** Octets of the events that one request to a webhook has; a larger event has one of its own. */
  readonly batchOctets: number
  /** Octets of a target's answer that are read before the connection is given up. */
  readonly answerOctets: number
  /** How often a notification of a Sieve script is tried (RFC 5435 §3.8). */
  readonly notificationAttempts: number
  /** Notifications of Sieve scripts that are under way at a time. */
  readonly notificationsUnderWay: number
  /** Devices of an account that one notification is pushed to; of more, the rest is left out. */
  readonly pushDevices: number
  /** Devices that are woken at a time. */
  readonly wakeUpsUnderWay: number
  /** While a device's account is told in-band, it is looked at this often whether it still is; the end of a session is heard of at once. */
  readonly holdMilliseconds: number
  /** Account names, and accounts' devices, remembered. */
  readonly accountNames: number
}

export const defaultNotifyLimits: NotifyLimits = {
  pageEvents: 64,
  requestMilliseconds: 15_000,
  firstRetryMilliseconds: 1_000,
  lastRetryMilliseconds: 300_000,
  cursorMilliseconds: 1_000,
  pollMilliseconds: 30_000,
  batchOctets: 262_144,
  answerOctets: 65_536,
  notificationAttempts: 3,
  notificationsUnderWay: 32,
  pushDevices: 20,
  wakeUpsUnderWay: 32,
  holdMilliseconds: 60_000,
  accountNames: 1_000,
}
