/** What a command is: the states it is valid in, how its arguments are read, and what it does. */
import type { Arguments } from './arguments.ts'
import type { Reply } from './reply.ts'
import type { Session } from './session.ts'

export interface Command {
  /** Where it is valid; elsewhere it is answered NO (RFC 5804 §2). */
  readonly state: 'any' | 'authenticated' | 'unauthenticated'
  /** The position of an argument that is a script, and may be as large as one. */
  readonly script?: number
  /** Takes the arguments, all of them, then runs. Throws No, Bye or StoreError. */
  run(session: Session, words: Arguments): Promise<Reply>
}

/** Ties a command's parser to its execution: nothing is executed before every argument was read. */
export function command<T>(row: {
  readonly state: Command['state']
  readonly script?: number
  readonly parse?: (words: Arguments) => T
  readonly run: (session: Session, value: T) => Promise<Reply> | Reply
}): Command {
  const { state, script, parse } = row
  return {
    state,
    ...(script !== undefined && { script }),
    async run(session, words) {
      const value = parse?.(words)
      words.end()
      return row.run(session, value as T)
    },
  }
}
