/** What is built in beyond the core, in IANA order: the only other line that an extension touches. */
import { core } from '../core/index.ts'
import type { SieveExtension } from '../extension.ts'
import { asciiNumeric } from './ascii-numeric.ts'
import { bodyTest } from './body.ts'
import { convertExtension } from './convert.ts'
import { copy } from './copy.ts'
import { dateTests } from './date.ts'
import { duplicateTest } from './duplicate.ts'
import { editheader } from './editheader.ts'
import { encloseExtension } from './enclose.ts'
import { encodedCharacter } from './encoded-character.ts'
import { enotify, notifyByMail } from './enotify.ts'
import { envelopeTest } from './envelope.ts'
import { environmentTest } from './environment.ts'
import { extlists } from './extlists.ts'
import { extracttext } from './extracttext.ts'
import { fcc } from './fcc.ts'
import { fieldIndex } from './field-index.ts'
import { fileinto } from './fileinto.ts'
import { foreverypartExtension } from './foreverypart.ts'
import { ihave } from './ihave.ts'
import { imap4flags } from './imap4flags.ts'
import { imapsieve } from './imapsieve.ts'
import { includeScripts } from './include.ts'
import { mailbox } from './mailbox.ts'
import { mailboxid } from './mailboxid.ts'
import { mboxmetadata, servermetadata } from './metadata.ts'
import { mime } from './mime.ts'
import { envelopeDeliverBy, envelopeDsn, redirectDeliverBy, redirectDsn } from './notary.ts'
import { notifyByHttp, notifyByTel, notifyByWebPush, notifyByXmpp } from './notify-methods.ts'
import { regex } from './regex.ts'
import { ereject, reject } from './reject.ts'
import { relational } from './relational.ts'
import { replaceExtension } from './replace.ts'
import { spamtest, virustest } from './spamtest.ts'
import { specialUse } from './special-use.ts'
import { subaddress } from './subaddress.ts'
import { unicodeCasemapComparator } from './unicode-casemap.ts'
import { vacationAction, vacationSeconds } from './vacation.ts'
import { variables } from './variables.ts'

/** For hosts that refuse a message at the protocol level, and send notifications where they cannot (RFC 5429). */
export const refusals: readonly SieveExtension[] = [ereject, reject]

/** What has no place where the message is in a mailbox already (RFC 6785 §3.11). */
export const deliveryOnly: readonly SieveExtension[] = [duplicateTest, ereject, reject, vacationAction, vacationSeconds]

/** For hosts that convert parts of messages (RFC 6558). */
export const conversion: SieveExtension = convertExtension

/** For hosts whose queue keeps time limits (RFC 2852). */
export const deliverBy: readonly SieveExtension[] = [envelopeDeliverBy, redirectDeliverBy]

/** Ways of notifying that a host adds to its extensions where it can (RFC 5435 §3.2). */
export const furtherNotifyMethods = {
  http: notifyByHttp,
  tel: notifyByTel,
  xmpp: notifyByXmpp,
  webPush: notifyByWebPush,
} as const

/**
 * What a host honours that stores, sends on, drops and refuses messages, and answers the questions of `Ask`. One that
 * cannot refuse takes the `refusals` out.
 */
export const extensions: readonly SieveExtension[] = [
  bodyTest,
  asciiNumeric,
  unicodeCasemapComparator,
  copy,
  dateTests,
  duplicateTest,
  editheader,
  encloseExtension,
  encodedCharacter,
  enotify,
  envelopeTest,
  envelopeDsn,
  environmentTest,
  ereject,
  extlists,
  fcc,
  extracttext,
  fileinto,
  foreverypartExtension,
  ihave,
  imap4flags,
  imapsieve,
  includeScripts,
  fieldIndex,
  mailbox,
  mailboxid,
  mboxmetadata,
  notifyByMail,
  mime,
  redirectDsn,
  regex,
  reject,
  relational,
  replaceExtension,
  servermetadata,
  spamtest,
  specialUse,
  subaddress,
  vacationAction,
  vacationSeconds,
  variables,
  virustest,
]

/** Capability strings for ManageSieve's SIEVE line (RFC 5804 §1.7), sorted. */
export function capabilities(offered: readonly SieveExtension[] = extensions): readonly string[] {
  return [...core, ...offered].flatMap(extension => extension.capabilities).sort()
}

/** Schemes of the URIs that somebody can be notified by, for ManageSieve's NOTIFY line (RFC 5804 §1.7), sorted. */
export function notifySchemes(offered: readonly SieveExtension[] = extensions): readonly string[] {
  return offered.flatMap(({ notifyMethods = {} }) => Object.keys(notifyMethods)).sort()
}
