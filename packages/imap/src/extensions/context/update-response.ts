/** ADDTO and REMOVEFROM (RFC 5267 §4.3.3, §4.3.4), in as many ESEARCH responses as keep their lines short. */
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Pair } from './result-list.ts'

export interface Update {
  readonly tag: string
  readonly byUid: boolean
  /** Happens before `added`. */
  readonly removed: readonly Pair[]
  readonly added: readonly Pair[]
}

/** Where a line ends that could go on. */
const lineOctets = 8_000

/**
 * ret-data-addto = "ADDTO" SP "(" context-position SP sequence-set *(SP context-position SP sequence-set) ")", and
 * ret-data-removefrom alike. `numbers` are what a client that speaks of numbers calls the messages now; one that has
 * given them up since hears UIDs (RFC 9586 §3).
 */
export function* updateResponses(
  session: Session,
  { tag, removed, added, ...asked }: Update,
  numbers: (uids: readonly number[]) => ArrayLike<number>,
): Generator<Response, void, void> {
  const byUid = asked.byUid || session.dialect.numbersRefused !== null
  const w = session.writer()
  let open = ''
  for (const [name, pairs] of [['REMOVEFROM', removed] as const, ['ADDTO', added] as const]) {
    for (const { position, uids } of pairs) {
      if (w.length === 0) {
        w.ascii('* ESEARCH (TAG ').string(tag).close()
        if (byUid) w.ascii(' UID')
      }
      if (open === name) w.sp()
      else {
        if (open !== '') w.close()
        w.ascii(` ${name} (`)
        open = name
      }
      w.number(position)
        .sp()
        .numbers(byUid ? uids : numbers(uids))
      if (w.length < lineOctets) continue
      yield w.close().crlf().take()
      open = ''
    }
  }
  if (w.length > 0) yield w.close().crlf().take()
}
