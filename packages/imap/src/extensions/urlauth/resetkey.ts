/** RESETKEY: another mailbox access key, or none (RFC 4467 §7). */
import { internal } from '@lemonade/urlauth'
import { needMailbox } from '../../access.ts'
import { command } from '../../extension.ts'
import { mailbox } from '../../grammar/mailbox.ts'
import { No } from '../../problem.ts'
import { ok } from '../../response.ts'
import { told, urlMech } from './urlmech.ts'

/** resetkey = "RESETKEY" [SP mailbox *(SP mechanism)] (RFC 4467 §9) */
export const resetKey = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    if (!p.trySp()) return null
    const name = mailbox(p, at)
    while (p.trySp()) needMechanism(p.word())
    return name
  },
  async run(session, name) {
    const { urlKeys } = session.store
    if (name === null) {
      await urlKeys.removeAll(session.account)
      return ok('All keys removed')
    }
    const { mailbox } = await needMailbox(session, name, 'r')
    const at = await urlKeys.reset(session.account, mailbox.id)
    if (session.selected?.mailbox.id === mailbox.id) told(session.selected, at)
    return ok('RESETKEY completed', urlMech)
  },
})

/** mechanism = "INTERNAL" / 1*(ALPHA / DIGIT / "-" / ".") (RFC 4467 §9). Throws `No` for all but the first. */
export function needMechanism(mechanism: string): void {
  if (mechanism !== internal) throw new No('There is no such mechanism', 'CANNOT')
}
