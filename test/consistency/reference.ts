/**
 * A mailbox store of a few lines, which does after one another what a real store did at once: every change that was asked
 * of the real one, in the order of the mod-sequences it was given.
 */
import assert from 'node:assert/strict'
import type { FlagChange, MailboxId, ModSeq, Store, UidRanges } from '@lemonade/store'
import { flagsOf } from './believer.ts'

interface Message {
  flags: ReadonlySet<string>
  modSeq: number
}

class Box {
  readonly messages = new Map<number, Message>()
  #uidNext = 1

  add(flags: Iterable<string>, modSeq: number): number {
    const uid = this.#uidNext++
    this.messages.set(uid, { flags: new Set(flags), modSeq })
    return uid
  }

  *within(uids: UidRanges): Generator<[number, Message], void, void> {
    for (const [uid, message] of this.messages) {
      if (uids.some(({ first, last }) => uid >= first && uid <= last)) yield [uid, message]
    }
  }

  store(uids: UidRanges, { mode, flags, unchangedSince }: FlagChange, modSeq: number): number[] {
    const changed: number[] = []
    for (const [uid, message] of this.within(uids)) {
      if (unchangedSince !== undefined && message.modSeq > unchangedSince) continue
      const after = new Set(mode === 'replace' ? [] : message.flags)
      for (const flag of flags) mode === 'remove' ? after.delete(flag) : after.add(flag)
      if (after.symmetricDifference(message.flags).size === 0) continue
      message.flags = after
      message.modSeq = modSeq
      changed.push(uid)
    }
    return changed
  }

  copy(uids: UidRanges, to: Box, modSeq: number): [from: number[], to: number[]] {
    const found = [...this.within(uids)]
    return [found.map(([uid]) => uid), found.map(([, { flags }]) => to.add(flags, modSeq))]
  }
}

interface Step {
  readonly modSeq: ModSeq
  run(reference: Reference): void
}

export class Reference {
  readonly #boxes = new Map<MailboxId, Box>()
  readonly #steps: Step[] = []
  /** Changes done so far. */
  done = 0

  /** The store, with every change of messages noted. */
  watch(store: Store): Store {
    const steps = this.#steps
    const note = (modSeq: ModSeq, run: (reference: Reference) => void) => steps.push({ modSeq, run })
    const { messages } = store
    const all = (box: Box, uids: UidRanges) => [...box.within(uids)].map(([uid]) => uid)
    return {
      ...store,
      messages: {
        ...messages,
        async append(mailbox, added, ...more) {
          const answer = await messages.append(mailbox, added, ...more)
          note(answer.modSeq, one => {
            const box = one.box(mailbox)
            assert.deepEqual(
              answer.uids,
              added.map(({ flags }) => box.add(flags, answer.modSeq)),
            )
          })
          return answer
        },
        async storeFlags(mailbox, uids, change) {
          const answer = await messages.storeFlags(mailbox, uids, change)
          if (answer.uids.length > 0) {
            note(answer.modSeq, one => {
              assert.deepEqual(one.box(mailbox).store(uids, change, answer.modSeq), [...answer.uids])
            })
          }
          return answer
        },
        async expunge(mailbox, uids) {
          // A flag that is set while the command runs may come too late for it.
          const asked = Math.max(0, ...steps.map(({ modSeq }) => modSeq))
          const answer = await messages.expunge(mailbox, uids)
          if (answer.uids.length > 0) {
            note(answer.modSeq, one => {
              const box = one.box(mailbox)
              const deleted = [...box.within(uids)].filter(([, { flags }]) => flags.has('\\Deleted'))
              const may = new Set(deleted.map(([uid]) => uid))
              const must = new Set(deleted.filter(([, { modSeq }]) => modSeq <= asked).map(([uid]) => uid))
              const gone = new Set(answer.uids)
              assert.ok(gone.isSubsetOf(may) && gone.isSupersetOf(must), `expunged ${[...gone]} of ${[...may]}`)
              for (const uid of gone) box.messages.delete(uid)
            })
          }
          return answer
        },
        async copy(from, uids, to, ...more) {
          const answer = await messages.copy(from, uids, to, ...more)
          if (answer.to.length > 0) {
            note(answer.modSeq, one => {
              assert.deepEqual(one.box(from).copy(uids, one.box(to), answer.modSeq), [answer.from, answer.to])
            })
          }
          return answer
        },
        async move(from, uids, to, ...more) {
          const answer = await messages.move(from, uids, to, ...more)
          if (answer.to.length > 0) {
            note(answer.modSeq, one => {
              const box = one.box(from)
              const moved = all(box, uids)
              assert.deepEqual(box.copy(uids, one.box(to), answer.modSeq), [answer.from, answer.to])
              for (const uid of moved) box.messages.delete(uid)
            })
          }
          return answer
        },
        async replace(from, uid, to, added, ...more) {
          const answer = await messages.replace(from, uid, to, added, ...more)
          note(answer.modSeq, one => {
            assert.deepEqual(answer.uids, [one.box(to).add(added.flags, answer.modSeq)])
            assert.ok(one.box(from).messages.delete(uid))
          })
          return answer
        },
      },
    }
  }

  box(mailbox: MailboxId): Box {
    const box = this.#boxes.get(mailbox) ?? new Box()
    this.#boxes.set(mailbox, box)
    return box
  }

  /** Does what has been noted; answers with the messages of a mailbox. Nothing may be under way. */
  state(mailbox: MailboxId): { readonly uid: number; readonly flags: string }[] {
    const steps = this.#steps.splice(0).sort((a, b) => a.modSeq - b.modSeq)
    for (const step of steps) step.run(this)
    this.done += steps.length
    return Array.from(this.box(mailbox).messages, ([uid, { flags }]) => ({ uid, flags: flagsOf([...flags].join(' ')) }))
  }
}
