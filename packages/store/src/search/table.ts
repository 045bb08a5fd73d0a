/** Searches that a mailbox's table in memory answers: of UIDs, flags and mod-sequences, such as UNSEEN or DELETED. */
import type { MailboxState } from '../api.ts'
import { lowerBound } from '../mailbox-index.ts'
import type { FlagSetId, Uid, UidRanges } from '../model.ts'
import { allUids, intersect, isWithin } from '../uid-ranges.ts'
import { boundProgram, outermost } from './plan.ts'
import type { SearchKey } from './program.ts'

/** Keys looked at, in all messages together; more would keep the thread that asks from others for too long. */
const mostLooks = 4_000_000

type Test = (position: number) => boolean

/** UIDs that match, ascending; null where the table does not know. Throws too-big. */
export function searchTable(
  state: MailboxState,
  program: SearchKey,
  hasFlag: (set: FlagSetId, flag: string) => boolean,
  among: UidRanges = allUids,
): Uint32Array | null {
  const keys = boundProgram(program)
  const { within, rest } = outermost(program)
  const spans = spansOf(state, intersect(within, among))
  const messages = spans.reduce((sum, { from, to }) => sum + to - from, 0)
  if (messages * keys > mostLooks) return null
  const test = testOf(rest, state, hasFlag)
  if (test === null) return null
  const found = new Uint32Array(messages)
  let count = 0
  for (const { from, to } of spans) {
    for (let position = from; position < to; position++) {
      if (test(position)) found[count++] = state.uids[position] as number
    }
  }
  return found.slice(0, count)
}

/** Where the messages of the ranges stand; `to` is behind the last. */
function spansOf({ uids, count }: MailboxState, ranges: UidRanges): { from: number; to: number }[] {
  return ranges.map(({ first, last }) => {
    const from = lowerBound(uids, count, first)
    return { from, to: lowerBound(uids, count, last + 1, from) }
  })
}

function testOf(key: SearchKey, state: MailboxState, hasFlag: (set: FlagSetId, flag: string) => boolean): Test | null {
  switch (key.key) {
    case 'all':
      return () => true
    case 'flag': {
      const { flagSets } = state
      const known: (boolean | undefined)[] = []
      return position => {
        const set = flagSets[position] as FlagSetId
        known[set] ??= hasFlag(set, key.flag)
        return known[set]
      }
    }
    case 'uids':
      return position => isWithin(key.uids, state.uids[position] as Uid)
    case 'mod-seq':
      return position => (state.modSeqs[position] as number) >= key.modSeq
    case 'not': {
      const test = testOf(key.of, state, hasFlag)
      return test && (position => !test(position))
    }
    case 'and':
    case 'or': {
      const tests = key.of.map(each => testOf(each, state, hasFlag))
      const known = tests.filter(test => test !== null)
      if (known.length < tests.length) return null
      return key.key === 'and'
        ? position => known.every(test => test(position))
        : position => known.some(test => test(position))
    }
    default:
      return null
  }
}
