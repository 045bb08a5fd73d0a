/** OBJECTID, RFC 8474: names for mailboxes, contents and conversations that outlive renaming and moving. */
import type { Mailbox } from '@lemonade/store'
import { extension, type FetchItem, type SearchTerm } from '../extension.ts'
import { Bad } from '../problem.ts'
import { info } from '../response.ts'
import type { Parser } from '../wire/parser.ts'

/** "MAILBOXID" SP "(" objectid ")" (RFC 8474 §4.1) */
function mailboxId({ mailboxId: id }: Mailbox): string {
  return `MAILBOXID (${id})`
}

const emailId: FetchItem = {
  name: 'EMAILID',
  needs: ['row'],
  write: (w, { row }) => w.ascii(`EMAILID (${row.emailId})`),
}

/** Never NIL: what belongs to no other message begins a conversation of its own (RFC 8474 §5.2). */
const threadId: FetchItem = {
  name: 'THREADID',
  needs: ['row'],
  write: (w, { row }) => w.ascii(`THREADID (${row.threadId})`),
}

/** SP objectid; objectid = 1*255(ALPHA / DIGIT / "_" / "-"), whose case matters (RFC 8474 §7) */
function objectId(p: Parser): string {
  p.sp()
  const id = p.atom()
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(id)) throw new Bad('Expected an object identifier')
  return id
}

function searchKey(key: 'email-id' | 'thread-id'): (p: Parser) => SearchTerm {
  return p => {
    const id = objectId(p)
    return { program: () => ({ key, id }) }
  }
}

export const objectid = extension({
  rfc: 8474,
  advertise: 'OBJECTID',
  createCode: mailboxId,
  selectData: (_, { mailbox }) => [info(mailboxId(mailbox), 'Id')], // §4.2
  statusItems: { MAILBOXID: { value: (_, mailbox) => `(${mailbox.mailboxId})` } }, // §4.3
  fetchItems: { EMAILID: () => emailId, THREADID: () => threadId }, // §5.3
  searchKeys: { EMAILID: searchKey('email-id'), THREADID: searchKey('thread-id') }, // §6
  codes: ['MAILBOXID'],
})
