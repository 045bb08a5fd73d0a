/** What a store must hold after a list of operations: the crash test's expectation, in plain maps. */

export type Operation =
  | {
      readonly do: 'append'
      readonly mailbox: string
      readonly subjects: readonly string[]
      readonly flags: readonly string[]
      readonly large: boolean
    }
  | { readonly do: 'deposit'; readonly mailbox: string; readonly subject: string; readonly recipient: string }
  | {
      readonly do: 'flag'
      readonly mailbox: string
      readonly first: number
      readonly last: number
      readonly mode: 'add' | 'remove'
      readonly flag: string
    }
  | {
      readonly do: 'copy' | 'move'
      readonly mailbox: string
      readonly first: number
      readonly last: number
      readonly to: string
    }
  | { readonly do: 'expunge' | 'create' | 'remove'; readonly mailbox: string }

/** One line of the child's output. Each task has at most one operation that is begun and not done. */
export interface Line {
  readonly task: number
  readonly state: 'begun' | 'done'
  readonly operation: Operation
}

interface Mailbox {
  uidNext: number
  /** Subject and flags by UID. */
  readonly messages: Map<number, { subject: string; flags: Set<string> }>
}

export class Model {
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #queue: string[] = []

  static of(operations: Iterable<Operation>): Model {
    const model = new Model()
    for (const operation of operations) model.apply(operation)
    return model
  }

  apply(operation: Operation): void {
    const mailbox = this.#mailboxes.get(operation.mailbox) ?? { uidNext: 1, messages: new Map() }
    this.#mailboxes.set(operation.mailbox, mailbox)
    const range = ({ first, last }: { first: number; last: number }) =>
      [...mailbox.messages].filter(([uid]) => uid >= first && uid <= last)
    switch (operation.do) {
      case 'create':
        return
      case 'remove':
        this.#mailboxes.delete(operation.mailbox)
        return
      case 'append':
        for (const subject of operation.subjects) add(mailbox, subject, operation.flags)
        return
      case 'deposit':
        add(mailbox, operation.subject, [])
        this.#queue.push(operation.recipient)
        return
      case 'flag':
        for (const [, { flags }] of range(operation)) {
          if (operation.mode === 'add') flags.add(operation.flag)
          else flags.delete(operation.flag)
        }
        return
      case 'copy':
      case 'move': {
        const to = this.#mailboxes.get(operation.to) ?? { uidNext: 1, messages: new Map() }
        this.#mailboxes.set(operation.to, to)
        for (const [uid, { subject, flags }] of range(operation)) {
          add(to, subject, flags)
          if (operation.do === 'move') mailbox.messages.delete(uid)
        }
        return
      }
      case 'expunge':
        for (const [uid, { flags }] of mailbox.messages) if (flags.has('\\Deleted')) mailbox.messages.delete(uid)
        return
    }
  }

  /** As text, to be compared: mailboxes by name, then the queue. */
  toString(): string {
    const mailboxes = [...this.#mailboxes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { uidNext, messages }]) => {
        const lines = [...messages].map(
          ([uid, { subject, flags }]) => `  ${uid} ${subject} ${[...flags].sort().join(' ')}`,
        )
        return [`${name} ${uidNext}`, ...lines].join('\n')
      })
    return [...mailboxes, ...this.#queue.toSorted()].join('\n')
  }
}

function add(mailbox: Mailbox, subject: string, flags: Iterable<string>): void {
  mailbox.messages.set(mailbox.uidNext++, { subject, flags: new Set(flags) })
}
