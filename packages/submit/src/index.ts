/** The SUBMIT server (RFC 6409): mail from accounts into the queue. */
export type { ImapServer } from './imap-client.ts'
export { defaultSubmitLimits, type SubmitLimits } from './limits.ts'
export { type SubmitOptions, serveSubmit } from './service.ts'
