/** LSUB: the subscribed names, older than LIST (SUBSCRIBED) (RFC 3501 §6.3.9). */
import { visibleMailboxes } from '../access.ts'
import { command } from '../extension.ts'
import { listPattern, type Pattern } from '../grammar/list-pattern.ts'
import { delimiter } from '../grammar/mailbox.ts'
import { ok } from '../response.ts'
import { compareNames, superiors } from './list-entries.ts'

/** lsub = "LSUB" SP mailbox SP list-mailbox */
export const lsub = command({
  states: ['authenticated', 'selected'],
  parse: p => {
    p.sp()
    const reference = p.astring()
    p.sp()
    return { reference, pattern: p.listMailbox() }
  },
  async *run(session, { reference, pattern }) {
    const matches = listPattern(reference, pattern, { utf8: session.utf8, wildcards: session.limits.imapListWildcards })
    const subscribed = await session.store.mailboxes.subscriptions(session.account)
    const selectable = (await visibleMailboxes(session)).filter(one => one.mailbox.selectable)
    const there = new Set(selectable.map(one => one.name))
    for (const [name, exact] of subscribedNames(subscribed, matches, pattern.includes('%'))) {
      const attributes = exact && there.has(name) ? [] : ['\\Noselect']
      yield session.data(w => w.ascii('LSUB ').words(attributes).ascii(` "${delimiter}" `).mailbox(name))
    }
    return ok('LSUB completed')
  },
})

/** A superior that `%` matches stands for its subscribed inferiors, with \Noselect (RFC 3501 §6.3.9). */
function subscribedNames(
  subscribed: readonly string[],
  matches: Pattern,
  withSuperiors: boolean,
): readonly [string, boolean][] {
  const found = new Map<string, boolean>()
  for (const name of subscribed) {
    if (matches(name)) found.set(name, true)
    else if (withSuperiors) {
      for (const superior of superiors(name)) if (matches(superior)) found.set(superior, found.get(superior) ?? false)
    }
  }
  return [...found].sort(([a], [b]) => compareNames(a, b))
}
