/**
 * UTF8=ACCEPT, RFC 6855: mailbox names and strings in UTF-8, and messages with headers in UTF-8, for a client that says
 * that it can read them. Others are shown such messages as `core/surrogate.ts` has it (§7, §8).
 *
 * With UTF8=ONLY, which is the operator's choice, clients must say so before they come to any mail (§6).
 */
import { isAscii } from 'node:buffer'
import { literal } from '../core/append.ts'
import { type AppendData, extension } from '../extension.ts'
import { No } from '../problem.ts'

/** utf8-literal = "UTF8" SP "(" literal8 ")"; also a part of CATENATE (RFC 6855 §4) */
const utf8Literal: AppendData = {
  isPart: true,
  async parse(p, at) {
    p.sp()
    p.char('(')
    if (!p.isNext('~')) p.expected('a literal8')
    const content = await literal.parse(p, at)
    p.char(')')
    return content
  },
}

/** Commands that come to no mail and name no mailbox. */
const harmless: ReadonlySet<string> = new Set([
  'CAPABILITY',
  'COMPRESS',
  'ENABLE',
  'ID',
  'LOGOUT',
  'NOOP',
  'UNAUTHENTICATE',
])

export const utf8Accept = extension({
  rfc: 6855,
  advertise: ({ shared }) => [shared.utf8Only ? 'UTF8=ONLY' : 'UTF8=ACCEPT'], // never both (§6)
  enable: { name: 'UTF8=ACCEPT' },
  announce: { when: 'enabled', dialect: { utf8: true, searchCharset: false } }, // §3
  appendData: { UTF8: utf8Literal },
  async appendContent(session, content) {
    // Whatever it was sent as (§4).
    if (session.utf8 || isAscii(content.header)) return content
    throw new No('The header is not US-ASCII; ENABLE UTF8=ACCEPT first', 'CANNOT')
  },
  admit(session, command) {
    if (!session.shared.utf8Only || session.utf8 || session.state === 'not-authenticated' || harmless.has(command))
      return
    throw new No('ENABLE UTF8=ACCEPT first', 'CANNOT') // §6
  },
})
