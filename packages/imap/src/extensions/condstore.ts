/**
 * CONDSTORE, RFC 7162 §3.1: mod-sequences, so that a client hears only of what changed and changes only what it knows.
 *
 * The store has one mod-sequence a message, so the entry name and type of a search key are read and not used (§3.1.5).
 */
import type { FlagsStored, ModSeq } from '@lemonade/store'
import { uidItem } from '../core/fetch.ts'
import {
  type Call,
  extension,
  type FetchItem,
  type FetchModifier,
  type SearchTerm,
  type StoreModifier,
} from '../extension.ts'
import { Bad } from '../problem.ts'
import { info, type Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import { intersect, printNumbers, rangesOf } from '../wire/number-set.ts'
import type { Parser } from '../wire/parser.ts'

const enables = 'CONDSTORE'

/** [HIGHESTMODSEQ n], as far as the client has been told of changes (RFC 7162 §3.1.2.1). */
function highest(view: View): Response {
  return info(`HIGHESTMODSEQ ${view.toldModSeq}`, 'Highest')
}

/** MODSEQ (n) (RFC 7162 §3.1.4.2) */
export const modSeqItem: FetchItem = {
  name: 'MODSEQ',
  enables,
  write: (w, message) => w.ascii('MODSEQ (').number(message.modSeq).close(),
}

/** SP mod-sequence-value, which is not 0 */
export function modSequence(p: Parser): ModSeq {
  const value = modSequenceOrZero(p)
  if (value === 0) throw new Bad('Expected a mod-sequence greater than 0')
  return value
}

/** SP mod-sequence-valzer */
function modSequenceOrZero(p: Parser): ModSeq {
  p.sp()
  return p.number64() as ModSeq
}

/** chgsince-fetch-mod = "CHANGEDSINCE" SP mod-sequence-value (RFC 7162 §7) */
const changedSince: FetchModifier = {
  enables,
  parse: modSequence,
  plan: ({ uids, items }, since, { view }) => ({
    uids: intersect(uids, rangesOf(view.changedAfter(since as ModSeq))),
    items: items.some(item => item.name === 'MODSEQ') ? items : [...items, modSeqItem],
  }),
}

/** "UNCHANGEDSINCE" SP mod-sequence-valzer (RFC 7162 §3.1.3) */
const unchangedSince: StoreModifier = {
  enables,
  parse: modSequenceOrZero,
  change: (change, since) => ({ ...change, unchangedSince: since as ModSeq }),
  code: (session, stored, call) => modified(session, stored, call),
}

/** modified-resp-code = "MODIFIED" SP sequence-set, UIDs where the command was UID STORE (RFC 7162 §3.1.3) */
function modified({ view }: Session, { modified: uids }: FlagsStored, { byUid }: Call): string | undefined {
  if (uids.length === 0) return undefined
  return `MODIFIED ${printNumbers(byUid ? uids : view.seqsOf(uids))}`
}

/** search-modsequence = "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer (RFC 7162 §3.1.5) */
function modSeqKey(p: Parser): SearchTerm {
  p.sp()
  if (p.isString()) {
    const entry = p.quoted()
    if (!/^\/flags\/./.test(entry)) throw new Bad('Expected an entry such as "/flags/\\\\Seen"')
    p.sp()
    if (!['PRIV', 'SHARED', 'ALL'].includes(p.word())) throw new Bad('Expected priv, shared or all')
    p.sp()
  }
  const modSeq = p.number64() as ModSeq
  return {
    enables,
    program: () => ({ key: 'mod-seq', modSeq }),
    says: { name: 'MODSEQ', value: (view, uids) => `${greatest(view, uids)}` },
  }
}

/** The greatest mod-sequence of the messages (RFC 7162 §3.1.6). */
function greatest(view: View, uids: Uint32Array): number {
  const { newest } = view
  let found = 0
  for (const uid of uids) {
    const seq = view.seqOf(uid)
    const position = seq === 0 ? -1 : view.newestPosition(seq - 1)
    if (position !== -1) found = Math.max(found, newest.modSeqAt(position))
  }
  return found
}

export const condstore = extension({
  rfc: 7162,
  advertise: 'CONDSTORE',
  enable: {
    name: enables,
    // A mailbox that is selected already gets its number now (§3.1).
    run: ({ selected }) => (selected ? [highest(selected)] : []),
  },
  selectParams: { CONDSTORE: { enables } }, // §3.1.8
  selectData: (_, view) => [highest(view)],
  fetchItems: { MODSEQ: () => modSeqItem },
  fetchModifiers: { CHANGEDSINCE: changedSince },
  storeModifiers: { UNCHANGEDSINCE: unchangedSince },
  searchKeys: { MODSEQ: modSeqKey },
  statusItems: { HIGHESTMODSEQ: { enables, value: (_, mailbox) => mailbox.highestModSeq } }, // §3.1.7
  // UIDs go along, or the numbers could not be understood beside VANISHED (§3.2.4, RFC 5550 appendix A).
  announce: { when: 'enabled', flagItems: [uidItem, modSeqItem], tellsSilent: true },
  codes: ['HIGHESTMODSEQ', 'NOMODSEQ', 'MODIFIED'],
})
