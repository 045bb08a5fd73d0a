/**
 * LIST-EXTENDED, RFC 5258: LIST with several patterns, with options that choose among the names, and with others that
 * say what is told of them. There are no remote mailboxes here, so REMOTE adds none and nothing is \Remote (§3.1).
 */
import { extension } from '../extension.ts'
import { childAttribute } from './children.ts'

export const listExtended = extension({
  rfc: 5258,
  advertise: 'LIST-EXTENDED',
  // §3.1
  listSelects: {
    SUBSCRIBED: { implies: ['SUBSCRIBED'], names: (_, list) => list.subscribed() },
    REMOTE: {},
    RECURSIVEMATCH: { modifies: true, recursive: true },
  },
  // §3.2, §4
  listReturns: {
    SUBSCRIBED: {
      add: async ({ name }, list) => ((await list.subscribed()).has(name) ? { attributes: ['\\Subscribed'] } : {}),
    },
    CHILDREN: { add: entry => ({ attributes: [childAttribute(entry)] }) },
  },
})
