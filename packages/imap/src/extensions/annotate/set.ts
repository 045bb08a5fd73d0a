/** ANNOTATION in STORE and APPEND (RFC 5257 §4.5, §4.7). */
import { findPart } from '@lemonade/mime'
import type { AnnotationValue, PreparedContent, UidRanges } from '@lemonade/store'
import { needRights, needSelected } from '../../access.ts'
import { flagLines } from '../../announce.ts'
import type { AppendOption, StoreItem, StoreModifiers } from '../../extension.ts'
import { annotationValues, partOf } from '../../grammar/annotation.ts'
import { Bad } from '../../problem.ts'
import { no, ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import { Waits } from '../../wire/bad.ts'
import { rangesOf } from '../../wire/number-set.ts'
import { noteOwn } from './changes.ts'

const none = new Uint32Array(0)

/** Messages whose parts are looked up at once. */
const pageMessages = 250

/** store-att-flags =/ att-annotate, which is silent of itself (RFC 5257 §4.5). */
export const annotationStore: StoreItem = {
  parse: annotationValues,
  async *run(session, argument, modifiers, call) {
    const values = argument as readonly AnnotationValue[]
    const { view, store, account } = session
    if (values.some(({ shared }) => shared)) needSelected(session, 'n')
    const uids = view.clip(call.uids)
    const gone = !call.byUid && view.goneWithin(call.uids) > 0
    await checkParts(session, uids, values)
    const unchangedSince = conditionOf(modifiers)
    const change = { account, values, ...(unchangedSince !== undefined && { unchangedSince }) }
    const stored = await store.annotations.set(view.mailbox.id, uids, change)
    await view.learn()
    if (stored.uids.length > 0) {
      view.quiet(stored.modSeq, false)
      noteOwn(view, stored.modSeq)
      if (session.announcers.some(one => one.tellsSilent))
        yield* flagLines(session, stored.uids, { uid: call.byUid, flags: false })
    }
    const code = modifiers.code(session, { ...stored, flagSets: none, oldFlagSets: none }, call)
    if (gone) return no('Some of the messages no longer exist', code ?? 'EXPUNGEISSUED')
    return ok(code === undefined ? 'STORE completed' : 'Conditional STORE failed', code)
  },
}

/** What modifiers make of a change that changes no flag: its condition. */
function conditionOf(modifiers: StoreModifiers) {
  return modifiers.change({ mode: 'add', flags: [] }).unchangedSince
}

/** Throws `Bad` where one of the messages has not the part that a value is for (RFC 5257 §3.2.1). */
async function checkParts(session: Session, uids: UidRanges, values: readonly AnnotationValue[]): Promise<void> {
  const parts = values.flatMap(({ entry }) => [partOf(entry)].filter(part => part !== null))
  if (parts.length === 0) return
  const { view, store } = session
  const present = view.present(uids)
  for (let at = 0; at < present.length; ) {
    const page = present.subarray(at, at + pageMessages)
    const facts = await store.messages.facts(view.mailbox.id, rangesOf(page), ['structure'], pageMessages)
    for (const { structure } of facts.values()) for (const part of parts) checkPart(structure, part)
    const { next } = facts
    at += next === null ? page.length : page.findIndex(uid => uid >= next)
  }
}

function checkPart(structure: PreparedContent['structure'], part: readonly number[]): void {
  if (findPart(structure, part) === null) throw new Bad('There is no such part')
}

/** append-ext =/ att-annotate (RFC 5257 §5) */
export const annotationAppend: AppendOption = {
  async parse(p, at) {
    p.sp()
    const start = p.at
    for (;;) {
      try {
        const values = annotationValues(p, at)
        return (message, session, to) => {
          if (values.some(({ shared }) => shared)) needRights(to, 'n')
          if (values.some(({ shared }) => !shared)) needRights(to, 'r')
          for (const { entry } of values) {
            const part = partOf(entry)
            if (part !== null) checkPart(message.content.structure, part)
          }
          return { ...message, annotations: { account: session.account, values } }
        }
      } catch (error) {
        // A value that is a literal has not come yet.
        if (!(error instanceof Waits)) throw error
        p.rewind(start)
        await at.input.load(p)
      }
    }
  },
}
