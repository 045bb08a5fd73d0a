/** INPROGRESS, RFC 9585: a client that waits for a long command is told that the server is still there. */
import { extension } from '../extension.ts'
import { info } from '../response.ts'

/**
 * inprogress-tag = quoted / nil. How far the command has come is not known: what takes long here is one question to the
 * store, which counts nothing. A tag with "]" would end the response code (RFC 9585 §4).
 */
function inProgress(tag: string): string {
  return tag.includes(']') ? 'INPROGRESS' : `INPROGRESS ("${tag.replace(/["\\]/g, '\\$&')}" NIL NIL)`
}

export const inprogress = extension({
  rfc: 9585,
  advertise: 'INPROGRESS',
  meanwhile: {
    seconds: limits => limits.imapProgressSeconds,
    response: tag => info(inProgress(tag), 'Still at it'),
  },
  codes: ['INPROGRESS'],
})
