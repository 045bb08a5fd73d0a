/** The response code URLMECH: which mechanisms there are, said when a mailbox is selected and when its key changes. */
import type { ModSeq } from '@lemonade/store'
import { internal } from '@lemonade/urlauth'
import { info, type Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { View } from '../../view.ts'

/** "URLMECH" SP "INTERNAL" (RFC 4467 §9). INTERNAL has nothing secret to it, so it may be said on any connection. */
export const urlMech = `URLMECH ${internal}`

/** The reset that the client of a view knows of, and whether there may have been another. */
interface Known {
  resetAt: Promise<ModSeq>
  isStale: boolean
}

const known = new WeakMap<View, Known>()

/** Said with SELECT and EXAMINE (RFC 4467 §8); from then on the view's client hears of changes. */
export function selected(session: Session, view: View): Response[] {
  const { store, account } = session
  const state: Known = { resetAt: store.urlKeys.resetAt(account, view.mailbox.id), isStale: false }
  known.set(view, state)
  view.whenClosed(
    store.bus.watch(account, () => {
      state.isStale = true
    }),
  )
  return [info(urlMech, 'URLs')]
}

/** Tells who has the mailbox selected that the user's key was replaced or removed (RFC 4467 §7). */
export async function* replaced(session: Session): AsyncGenerator<Response, void, void> {
  const view = session.selected
  const state = view === null ? undefined : known.get(view)
  if (view === null || state === undefined || !state.isStale) return
  state.isStale = false
  const before = await state.resetAt
  state.resetAt = session.store.urlKeys.resetAt(session.account, view.mailbox.id)
  if ((await state.resetAt) !== before) yield info(urlMech, 'The mailbox access key was replaced')
}

/** The client is told of this reset by the end of its own command. */
export function told(view: View, at: ModSeq): void {
  const state = known.get(view)
  if (state) state.resetAt = Promise.resolve(at)
}
