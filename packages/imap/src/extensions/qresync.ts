/**
 * QRESYNC, RFC 7162 §3.2 with the errata of RFC 5550 appendix A: a client that was away hears in one answer what changed
 * and what is gone.
 *
 * - VANISHED (EARLIER) names only what the view does not have, for it must not change the client's numbers (§3.2.10.1).
 * - What the store forgot when it bounded its tombstones is answered in full: all that is missing has vanished (§3.2.6).
 * - HIGHESTMODSEQ stays below an expunge that waits to be told, whatever else was told meanwhile (§3.2).
 */
import type { ModSeq, Uid, UidRanges } from '@lemonade/store'
import { withoutUid } from '../announce.ts'
import { uidItem } from '../core/fetch.ts'
import { Fetch, flagsItem } from '../core/fetch-pages.ts'
import { vanished } from '../core/vanished.ts'
import { extension, type FetchModifier, type SelectParam } from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { Bad } from '../problem.ts'
import { info, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import { intersect, rangesOf, resolveRanges, star, type WrittenRange } from '../wire/number-set.ts'
import type { Parser } from '../wire/parser.ts'
import { modSeqItem, modSequence } from './condstore.ts'

const requires = 'QRESYNC'

interface Known {
  readonly uidValidity: number
  readonly modSeq: ModSeq
  readonly uids: UidRanges
  readonly match: SequenceMatch
}

const everything: UidRanges = [{ first: 1 as Uid, last: 0xffff_ffff as Uid }]

/** "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")" (RFC 7162 §7) */
function parseKnown(p: Parser, { dialect }: Parsing): Known {
  p.sp()
  p.char('(')
  const uidValidity = p.nzNumber()
  const modSeq = modSequence(p)
  let uids = everything
  let match: SequenceMatch = []
  const more = p.trySp()
  if (more && !p.isNext('(')) uids = resolveRanges({ ranges: setWithoutStar(p) }, 0) as unknown as UidRanges
  if (more && (uids === everything || p.trySp())) {
    // Message numbers, which the client may not use (RFC 9586 §3.7).
    if (dialect.numbersRefused !== null) throw new Bad('Messages are named by their UIDs alone', dialect.numbersRefused)
    match = sequenceMatch(p)
  }
  p.char(')')
  return { uidValidity, modSeq, uids, match }
}

/** known-uids = sequence-set, "*" is not allowed */
function setWithoutStar(p: Parser): readonly WrittenRange[] {
  const { ranges, mark } = p.numberSet()
  if (mark !== undefined || ranges.some(({ first, last }) => first === star || last === star))
    throw new Bad('Expected a set of numbers without "*"')
  return ranges
}

/** Message numbers and the UIDs that the client has for them, in runs that ascend by one. */
export type SequenceMatch = readonly { readonly seq: number; readonly uid: number; readonly length: number }[]

/** seq-match-data = "(" known-sequence-set SP known-uid-set ")", both ascending and of one size (RFC 7162 §3.2.5.2) */
export function sequenceMatch(p: Parser): SequenceMatch {
  p.char('(')
  const numbers = ascending(p)
  p.sp()
  const uids = ascending(p)
  p.char(')')
  const runs: { seq: number; uid: number; length: number }[] = []
  let usedOfNumber = 0
  let usedOfUid = 0
  let u = 0
  for (let n = 0; n < numbers.length; ) {
    const number = numbers[n] as WrittenRange
    const uid = uids[u]
    if (uid === undefined) break
    const seq = number.first + usedOfNumber
    const first = uid.first + usedOfUid
    const length = Math.min(number.last - seq, uid.last - first) + 1
    runs.push({ seq, uid: first, length })
    usedOfNumber = seq + length > number.last ? 0 : usedOfNumber + length
    usedOfUid = first + length > uid.last ? 0 : usedOfUid + length
    if (usedOfNumber === 0) n++
    if (usedOfUid === 0) u++
    if (n === numbers.length && u === uids.length) return runs
  }
  throw new Bad('Expected as many UIDs as message numbers')
}

function ascending(p: Parser): readonly WrittenRange[] {
  const ranges = setWithoutStar(p)
  let before = 0
  for (const { first, last } of ranges) {
    if (first <= before || last < first) throw new Bad('Expected numbers in ascending order')
    before = last
  }
  return ranges
}

/**
 * The greatest UID of which the client knows the number the message has now: as it knows of all expunges up to there, it
 * need not be told of them. 0 where nothing matches.
 */
export function matchedUid(match: SequenceMatch, view: Pick<View, 'count' | 'uidAt'>): number {
  for (const { seq, uid, length } of match.toReversed()) {
    // UIDs ascend by one or more, so what does not match is followed by nothing that does.
    let matching = 0
    let end = Math.min(length, view.count - seq + 1)
    while (matching < end) {
      const middle = (matching + end) >>> 1
      if (view.uidAt(seq - 1 + middle) === uid + middle) matching = middle + 1
      else end = middle
    }
    if (matching > 0) return uid + matching - 1
  }
  return 0
}

/** What happened since the client was here, told once the mailbox is described (RFC 7162 §3.2.5). */
async function* resynchronise(session: Session, known: Known, view: View): AsyncGenerator<Response, void, void> {
  // UIDs of another time mean nothing now; the client sees so from the number it is told.
  if (known.uidValidity !== view.mailbox.uidValidity) return
  const floor = matchedUid(known.match, view)
  const untold = intersect(known.uids, [{ first: (floor + 1) as Uid, last: 0xffff_ffff as Uid }])
  yield* vanishedEarlier(session, known.modSeq, untold)
  const changed = intersect(known.uids, rangesOf(view.changedAfter(known.modSeq)))
  yield* new Fetch(session, withoutUid(session, [uidItem, flagsItem, modSeqItem])).run(changed)
}

/** expunged-resp = "VANISHED" SP "(EARLIER)" SP known-uids (RFC 7162 §3.2.10.1) */
async function* vanishedEarlier(
  { store, view }: Session,
  since: ModSeq,
  among: UidRanges,
): AsyncGenerator<Response, void, void> {
  const { expunged, incomplete } = await store.messages.changesSince(view.mailbox.id, since)
  yield* vanished('VANISHED (EARLIER) ', view.absent(incomplete ? among : intersect(among, rangesOf(expunged))))
}

const select: SelectParam = {
  requires,
  parse: parseKnown,
  run: (session, known, view) => resynchronise(session, known as Known, view),
}

/** rexpunges-fetch-mod = "VANISHED" (RFC 7162 §3.2.6) */
const fetchVanished: FetchModifier = {
  requires,
  byUid: true,
  needs: ['CHANGEDSINCE'],
  parse: () => undefined,
  run: (session, _, call, beside) => vanishedEarlier(session, beside.get('CHANGEDSINCE') as ModSeq, call.uids),
}

/** The view of which an expunge was told and not yet acknowledged by a HIGHESTMODSEQ. */
const toldOf = Symbol('VANISHED')

export const qresync = extension({
  rfc: 7162,
  advertise: 'QRESYNC',
  enable: { name: 'QRESYNC', implies: ['CONDSTORE'] }, // §3.2.3
  selectParams: { QRESYNC: select },
  fetchModifiers: { VANISHED: fetchVanished },
  announce: [
    {
      when: 'enabled',
      expunged: (_, uids) => vanished('VANISHED ', rangesOf(uids)), // §3.2.10
      async *told(session, { expunged }) {
        if (expunged.length > 0) session.kept.set(toldOf, session.selected)
        yield* []
      },
      // EXPUNGE, UID EXPUNGE and MOVE end so (§3.2.7, §3.2.9), and whatever ends while an expunge waits (§6).
      completed: ({ selected, kept }) => {
        if (selected === null || (kept.get(toldOf) !== selected && !selected.holdsExpunges)) return undefined
        kept.delete(toldOf)
        return `HIGHESTMODSEQ ${selected.toldModSeq}`
      },
    },
    // Enabled or not (§3.2.11).
    { when: 'always', deselected: () => [info('CLOSED', 'The mailbox that was selected is closed')] },
  ],
  codes: ['CLOSED'],
})
