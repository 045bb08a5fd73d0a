/** The store's side of Sieve, for deposit (mta) and for events of IMAP (imap). */
export { type AnswerOptions, answer, type Subject } from './answer.ts'
export { type Applied, type ApplyOptions, applyScript } from './apply.ts'
export {
  type ContentTests,
  noContentTests,
  type TestedBy,
  testedByFields,
  testedHere,
} from './content-tests.ts'
export { editedContent } from './edited.ts'
export { type Cause, noEvent } from './event-run.ts'
export {
  EventScripts,
  type EventScriptsOptions,
  type MailboxEvent,
} from './events.ts'
export { defaultEventLimits, type EventLimits } from './limits.ts'
export { mailboxFor, mailboxOf, specialUseOf } from './mailboxes.ts'
export { NotificationScripts } from './notification-scripts.ts'
export { offeredExtensions, offeredWith } from './offered.ts'
export { listedField, ownField, ownFields, withOwnFields } from './own-results.ts'
export { type Compiled, Programs, type ProgramsOptions } from './programs.ts'
export { memoryOf } from './remembering.ts'
export { ScriptFiles, type ScriptFilesOptions, type SiteScript } from './script-files.ts'
export { type Occasion, type Rows, rowsOf, type Sender } from './sending.ts'
