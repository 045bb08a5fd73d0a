/** Searches that a mailbox's table in memory answers: of UIDs, flags and mod-sequences, such as UNSEEN or DELETED. */
import type { Columns, State } from '../mailbox-state.ts'
import type { FlagSetId, Uid, UidRanges } from '../model.ts'
import { pieceMessages } from '../uid-list.ts'
import { allUids, intersect, isWithin } from '../uid-ranges.ts'
import { boundProgram, outermost } from './plan.ts'
import type { SearchKey } from './program.ts'

/** Keys looked at, in all messages together; more would keep the thread that asks from others for too long. */
const mostLooks = 4_000_000

/** Of a row of a stretch. */
type Test = (rows: Columns, at: number) => boolean

/** UIDs that match, ascending; null where the table does not know. Throws too-big. */
export function searchTable(
  state: State,
  program: SearchKey,
  hasFlag: (set: FlagSetId, flag: string) => boolean,
  among: UidRanges = allUids,
): Uint32Array | null {
  const keys = boundProgram(program)
  const { within, rest } = outermost(program)
  const spans = intersect(within, among).map(({ first, last }) => ({
    from: state.uids.lowerBound(first),
    to: state.uids.lowerBound(last + 1),
  }))
  const [only] = spans
  // A million messages that all match are copied, not looked at.
  if (only !== undefined && spans.length === 1 && isAll(rest)) {
    const uids = state.uids.slice(only.from, only.to)
    // What lies in one piece is a part of it.
    return uids.length > pieceMessages ? uids : uids.slice()
  }
  const messages = spans.reduce((sum, { from, to }) => sum + to - from, 0)
  if (messages * keys > mostLooks) return null
  const test = testOf(rest, hasFlag)
  if (test === null) return null
  const found = new Uint32Array(messages)
  let count = 0
  for (const span of spans) {
    for (const rows of state.stretches(span.from, span.to)) {
      for (let at = rows.from; at < rows.to; at++) if (test(rows, at)) found[count++] = rows.uids[at] as number
    }
  }
  return found.slice(0, count)
}

function isAll(key: SearchKey): boolean {
  return key.key === 'all' || (key.key === 'and' && key.of.every(isAll))
}

function testOf(key: SearchKey, hasFlag: (set: FlagSetId, flag: string) => boolean): Test | null {
  switch (key.key) {
    case 'all':
      return () => true
    case 'flag': {
      const known: (boolean | undefined)[] = []
      return ({ flagSets }, at) => {
        const set = flagSets[at] as FlagSetId
        known[set] ??= hasFlag(set, key.flag)
        return known[set]
      }
    }
    case 'uids':
      return ({ uids }, at) => isWithin(key.uids, uids[at] as Uid)
    case 'mod-seq':
      return ({ modSeqs }, at) => (modSeqs[at] as number) >= key.modSeq
    case 'not': {
      const test = testOf(key.of, hasFlag)
      return test && ((rows, at) => !test(rows, at))
    }
    case 'and':
    case 'or': {
      const tests = key.of.map(each => testOf(each, hasFlag))
      const known = tests.filter(test => test !== null)
      if (known.length < tests.length) return null
      return key.key === 'and'
        ? (rows, at) => known.every(test => test(rows, at))
        : (rows, at) => known.some(test => test(rows, at))
    }
    default:
      return null
  }
}
