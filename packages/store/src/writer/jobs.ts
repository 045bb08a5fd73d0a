/** Every job that the writer knows. */
import {
  addAccount,
  noteCredentialUse,
  removeAccount,
  removeCredential,
  setAdministrator,
  setCredential,
} from '../accounts.ts'
import { changeRights } from '../acl.ts'
import { annotate } from '../annotations.ts'
import { append, replace } from '../append.ts'
import { addChunks, beginBlob, releaseClaims, sealBlob, stageBlobs } from '../content/blob.ts'
import { claimBlobs, claimRanges } from '../content/claim.ts'
import { collectSlice } from '../content/collect.ts'
import { storePreview } from '../content/preview.ts'
import { keepConversion, noteConversionUse } from '../conversions.ts'
import { copy, move } from '../copy.ts'
import { buryEvent, exhume } from '../dead-letters.ts'
import { deposit } from '../deposit.ts'
import { confirm, dropWakeUp, notedWoken, postponeWakeUp, prepareWakeUps, setDeviceState } from '../devices.ts'
import { addDkimKeys, removeDkimKey, resealDkimKey, setDkimKeyState } from '../dkim-keys.ts'
import { addAlias, addDomain, removeAlias, removeDomain } from '../domains.ts'
import { expunge } from '../expunge.ts'
import { sweepFlags } from '../flag-sweep.ts'
import { storeFlags } from '../flags.ts'
import { keepForwardingSecret, resealForwardingSecret, setForward } from '../forwards.ts'
import { greylistSeen } from '../greylist.ts'
import { addGroup, changeGroup, removeGroup } from '../groups.ts'
import { claimRecent, create, remove, rename } from '../mailbox-jobs.ts'
import { forget } from '../memory.ts'
import { setMetadata } from '../metadata.ts'
import { advanceSink, registerSinks, tellEvents } from '../outbox.ts'
import {
  endLeases,
  failEntry,
  holdEntry,
  leaseDue,
  releaseEntry,
  removeEntry,
  retryEntry,
  retryEntryNow,
} from '../queue-jobs.ts'
import { setQuota } from '../quota.ts'
import { activateScript, putScript, removeScript, renameScript } from '../scripts.ts'
import { textJobs } from '../search/index-jobs.ts'
import { grantSender, revokeSender } from '../senders.ts'
import { forgetExpired, noteStsCheck, putStsPolicy } from '../sts-policies.ts'
import { subscribe, unsubscribe } from '../subscriptions.ts'
import { forgetTlsResults, noteTlsResult, settleTlsReport } from '../tls-reports.ts'
import { ensureUrlKey, removeUrlKeys, resetUrlKey } from '../url-keys.ts'
import type { Tx } from './job.ts'

interface AnyJob {
  readonly name: string
  /** The client's types have seen to it that a job gets its own arguments. */
  run(tx: Tx, args: never): unknown
}

export const jobs: readonly AnyJob[] = [
  // accounts
  addAccount,
  removeAccount,
  setCredential,
  removeCredential,
  noteCredentialUse,
  setAdministrator,
  setQuota,
  addDomain,
  removeDomain,
  addAlias,
  removeAlias,
  addGroup,
  changeGroup,
  removeGroup,
  setForward,
  keepForwardingSecret,
  resealForwardingSecret,
  grantSender,
  revokeSender,
  addDkimKeys,
  setDkimKeyState,
  removeDkimKey,
  resealDkimKey,
  // mailboxes
  create,
  remove,
  rename,
  claimRecent,
  subscribe,
  unsubscribe,
  changeRights,
  ensureUrlKey,
  resetUrlKey,
  removeUrlKeys,
  setMetadata,
  // content
  stageBlobs,
  beginBlob,
  addChunks,
  sealBlob,
  releaseClaims,
  claimBlobs,
  claimRanges,
  storePreview,
  keepConversion,
  noteConversionUse,
  collectSlice,
  // messages
  append,
  replace,
  deposit,
  copy,
  move,
  storeFlags,
  annotate,
  sweepFlags,
  expunge,
  // scripts
  putScript,
  activateScript,
  removeScript,
  renameScript,
  // what scripts remember
  forget,
  greylistSeen,
  // on the way out
  leaseDue,
  endLeases,
  removeEntry,
  retryEntry,
  retryEntryNow,
  holdEntry,
  releaseEntry,
  failEntry,
  putStsPolicy,
  noteStsCheck,
  forgetExpired,
  noteTlsResult,
  settleTlsReport,
  forgetTlsResults,
  registerSinks,
  advanceSink,
  tellEvents,
  buryEvent,
  exhume,
  confirm,
  setDeviceState,
  prepareWakeUps,
  notedWoken,
  postponeWakeUp,
  dropWakeUp,
  // search
  ...textJobs,
]
