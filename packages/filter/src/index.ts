/** The store's side of Sieve, for deposit (mta) and for events of IMAP (imap). */
export { answer, type Subject } from './answer.ts'
export {
  type ContentTests,
  noContentTests,
  type TestedBy,
  testedByFields,
} from './content-tests.ts'
export { mailboxFor, mailboxOf, specialUseOf } from './mailboxes.ts'
