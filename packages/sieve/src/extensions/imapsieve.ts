/**
 * imapsieve (RFC 6785): the word by which a script says that it knows of events in mailboxes. What they are, `environment`
 * tells (§4); what actions mean then is the host's business, see `RunOptions.event`.
 */
import { extension } from '../extension.ts'

export const imapsieve = extension({ capabilities: ['imapsieve'], rfc: 6785 })
