/** CONVERT and UID CONVERT (RFC 5259 §6): parts of messages as the client's device can use them. */
import type { StoredConversions } from '@lemonade/convert'
import type { Message, UidRanges } from '@lemonade/store'
import { command } from '../../extension.ts'
import { Bad, No } from '../../problem.ts'
import { no, ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import { ConvertedResponse } from './converted-response.ts'
import { inOrder } from './in-order.ts'
import { outcomeOf } from './outcome.ts'
import { isTemporary } from './refusal.ts'
import { type Request, request } from './request.ts'

/** Conversions of one command that are begun before the first of them is answered. */
const atOnce = 4

/** Throws `Bad` where conversions are turned off. */
export function conversionsOf({ shared }: Session): StoredConversions {
  if (shared.conversions === null) throw new Bad('Unknown command')
  return shared.conversions
}

export const convert = command<Request>({
  states: ['selected'],
  messages: 'set',
  parse: request,
  async *run(session, asked, call) {
    const conversions = conversionsOf(session)
    refuseTooMany(session, asked, call.uids)
    if (asked.target !== null && !conversions.converter.recognizes(asked.target))
      throw new No('Nothing is converted to that type here', 'CANNOT')
    const gone = session.view.goneWithin(call.uids)
    // RFC 5259 §13: who let the server convert what can be found out.
    session.log.info({ mailbox: session.view.mailbox.id, uids: call.uids, target: asked.target }, 'parts are converted')
    const rows = await session.store.messages.page(
      session.view.mailbox.id,
      call.uids,
      session.limits.imapConvertMessages,
    )
    const outcomes = inOrder(tasks(session, conversions, asked, rows, call.signal), atOnce)
    let converted = 0
    let refused = 0
    let temporarily = 0
    for (const row of rows) {
      const response = new ConvertedResponse(session, call.tag)
      response.begin(row.uid, asked.uid || call.byUid)
      for (let left = asked.groups.length; left > 0; left--) {
        const { value: outcome } = await outcomes.next()
        if (!outcome) throw new Error('A group of items has no outcome')
        if ('refusal' in outcome) {
          refused++
          if (isTemporary(outcome.refusal)) temporarily++
        } else converted++
        yield* response.write(outcome)
      }
      yield response.end()
    }
    if (refused > 0 && converted === 0)
      return no('All conversions failed', temporarily === refused ? 'TEMPFAIL' : undefined)
    if (!call.byUid && gone > 0) return no('Some of the messages no longer exist', 'EXPUNGEISSUED')
    return ok(refused > 0 ? 'Some conversions failed' : 'CONVERT completed')
  },
})

/** Throws `No` where more is asked for at once than one command may ask for (RFC 5259 §8.5). */
function refuseTooMany({ view, limits }: Session, { groups }: Request, uids: UidRanges): void {
  const { imapConvertMessages: messages, imapConvertParts: parts } = limits
  const asked = view.spans(uids).reduce((sum, { from, to }) => sum + to - from, 0)
  if (asked > messages) throw new No('Too many messages at once', `MAXCONVERTMESSAGES ${messages}`)
  if (groups.length > parts) throw new No('Too many body parts at once', `MAXCONVERTPARTS ${parts}`)
}

/** For each message its groups, one after the other. */
function* tasks(
  session: Session,
  conversions: StoredConversions,
  asked: Request,
  rows: readonly Message[],
  signal: AbortSignal,
) {
  for (const row of rows) {
    const structure = session.store.contents.structure(row.content)
    // Each group awaits it.
    structure.catch(() => {})
    for (const group of asked.groups) {
      yield async () => outcomeOf({ session, conversions, wanted: asked, signal }, row, await structure, group)
    }
  }
}
