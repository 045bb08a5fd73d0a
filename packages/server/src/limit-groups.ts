/** Which parts of the server have limits: the names in front of every key in `[limits]`. */
import { defaultAuthLimits } from '@lemonade/auth'
import { defaultConvertLimits } from '@lemonade/convert'
import { defaultEventLimits } from '@lemonade/filter'
import { defaultImapLimits } from '@lemonade/imap'
import { defaultManageSieveLimits } from '@lemonade/managesieve'
import { defaultMtaLimits } from '@lemonade/mta'
import { defaultNotifyLimits } from '@lemonade/notify'
import { storeLimits } from '@lemonade/store'
import { defaultSubmitLimits } from '@lemonade/submit'
import { defaultSieveLimits } from 'sieve.js'
import { defaultHttpLimits, defaultServerLimits, limitsFor } from './limits.ts'

export const limitGroups = {
  auth: defaultAuthLimits,
  convert: defaultConvertLimits,
  filter: defaultEventLimits,
  http: defaultHttpLimits,
  imap: defaultImapLimits,
  managesieve: defaultManageSieveLimits,
  mta: defaultMtaLimits,
  notify: defaultNotifyLimits,
  server: defaultServerLimits,
  sieve: defaultSieveLimits,
  store: storeLimits,
  submit: defaultSubmitLimits,
}

/** The limits of a part with what is configured. */
export function groupLimits<K extends keyof typeof limitGroups>(
  group: K,
  configured: Readonly<Record<string, number>>,
): (typeof limitGroups)[K] {
  return limitsFor(group, limitGroups[group], configured)
}
