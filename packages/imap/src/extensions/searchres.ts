/** SEARCHRES, RFC 5182: `$` stands for the messages that the last search with SAVE has found. */
import type { UidRanges } from '@lemonade/store'
import { extension } from '../extension.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import { rangesOf } from '../wire/number-set.ts'

/** As UIDs, for numbers change. */
interface Saved {
  /** Another SELECT makes another view, for which nothing is saved (RFC 5182 §2.1). */
  readonly view: View
  readonly uids: UidRanges
}

const saved = Symbol('the saved result')

function save(session: Session, uids: UidRanges): void {
  session.kept.set(saved, { view: session.view, uids } satisfies Saved)
}

/** seq-last-command = "$" (RFC 5182 §3); without what has been expunged, told or not (§2.1). */
function last(session: Session): UidRanges {
  const kept = session.kept.get(saved) as Saved | undefined
  return kept !== undefined && kept.view === session.selected ? rangesOf(kept.view.present(kept.uids)) : []
}

export const searchRes = extension({
  rfc: 5182,
  advertise: 'SEARCHRES',
  searchReturns: {
    SAVE: {
      silent: true, // §2.1
      selectedOnly: 'not-beside-others',
      run: (session, { named }) => {
        save(session, rangesOf(named))
        return []
      },
      refused: session => save(session, []),
    },
  },
  savedSets: { $: last },
})
