export { metadataNameProblem } from './grammar/metadata-entry.ts'
export { defaultImapLimits, type ImapLimits } from './limits.ts'
export { type ImapOptions, type Service, serveImap } from './server.ts'
