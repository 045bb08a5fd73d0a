/** UIDPLUS, RFC 4315: UID EXPUNGE, and the UIDs of what APPEND and COPY made. */
import { expungeAmong } from '../core/expunge.ts'
import { command, extension } from '../extension.ts'
import { ok } from '../response.ts'
import { printNumbers } from '../wire/number-set.ts'

/** uid-expunge = "EXPUNGE" SP sequence-set (RFC 4315 §2.1) */
export const uidExpunge = command({
  states: ['selected'],
  messages: 'set',
  changes: true,
  parse: () => undefined,
  async run(session, _, call) {
    await expungeAmong(session, session.view.clip(call.uids))
    return ok('UID EXPUNGE completed')
  },
})

export const uidplus = extension({
  rfc: 4315,
  advertise: 'UIDPLUS',
  commands: { 'UID EXPUNGE': uidExpunge },
  // Every mailbox here keeps its UIDs, so UIDNOTSTICKY is never sent (§3).
  appendCode: ({ mailbox, uids }) => `APPENDUID ${mailbox.uidValidity} ${printNumbers(uids)}`,
  copyCode: ({ target, from, to }) => `COPYUID ${target.uidValidity} ${printNumbers(from)} ${printNumbers(to)}`,
  codes: ['APPENDUID', 'COPYUID'],
})
