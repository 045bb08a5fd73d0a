/** APPENDLIMIT, RFC 7889: how large a message may be, said before it is sent. */
import { extension } from '../extension.ts'

export const appendLimit = extension({
  rfc: 7889,
  advertise: ({ limits }) => [`APPENDLIMIT=${limits.imapAppendOctets}`], // one limit for all mailboxes (§2)
  statusItems: { APPENDLIMIT: { value: ({ limits }) => limits.imapAppendOctets } }, // §3.1
  codes: ['TOOBIG'], // §4
})
