/** REPLACE, RFC 8508: a message takes the place of another in one step, of a draft its next version above all. */
import type { Uid } from '@lemonade/store'
import { needSelected } from '../access.ts'
import { appendCode, type Draft, didAppend, draft, withMessages } from '../core/append.ts'
import { source, target } from '../core/copy.ts'
import { type Call, command, extension } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, No } from '../problem.ts'
import { info, ok } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** replace = "REPLACE" SP seq-number SP mailbox append-message (RFC 8508 §5); the dispatcher reads the number. */
async function parseReplace(p: Parser, at: Parsing): Promise<{ name: string; message: Draft }> {
  p.sp()
  if (p.isLiteral()) await at.input.load(p)
  const name = mailbox(p, at)
  p.sp()
  return { name, message: await draft(p, at) }
}

/** The one message that is to be replaced. Throws `Bad` where more could be meant, `No` where there is none. */
function replacedUid(session: Session, call: Call): Uid {
  const [range, ...more] = call.set.ranges
  if (range === undefined || more.length > 0 || range.first !== range.last) throw new Bad('REPLACE takes one message')
  const uid = source(session, call)[0]?.first
  if (uid === undefined) throw new No('There is no such message', 'NONEXISTENT')
  return uid
}

export const replaceCommand = command({
  states: ['selected'],
  messages: 'set',
  changes: true,
  expunges: true, // RFC 8508 §3.2: EXPUNGE comes before the tagged OK, as with MOVE
  streams: true,
  parse: parseReplace,
  async *run(session, { name, message }, call) {
    const from = session.view.mailbox.id
    const uid = replacedUid(session, call)
    // STORE and EXPUNGE here, APPEND there (RFC 8508 §4.1).
    needSelected(session, 'te')
    const to = await target(session, name)
    const appended = await withMessages(session, to, [message], ([made]) => {
      if (made === undefined) throw new Error('One message was made')
      return session.store.messages.replace(from, uid, to.mailbox.id, made)
    })
    session.view.took([uid])
    await didAppend(session, appended)
    // Before the client hears that the old message is gone (RFC 8508 §4.3).
    const code = appendCode(session, to, appended)
    if (code !== undefined) yield info(code, 'Replacement Message ready')
    return ok('REPLACE completed')
  },
})

export const replace = extension({ rfc: 8508, advertise: 'REPLACE', commands: { REPLACE: replaceCommand } })
