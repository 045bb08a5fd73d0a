/** Read transactions that stay open over many steps: each on a connection of its own. */
import { Connection } from '../connection.ts'
import { FlagSetCache } from '../flag-sets.ts'

/** A connection is given up after this many uses, since it remembers every statement that it was ever asked. */
const usesOfConnection = 200
const cacheOctets = 4 << 20

/** One state of the store, whatever is written meanwhile. */
export interface Snapshot {
  readonly connection: Connection
  readonly flagSets: FlagSetCache
  /** Ends it. */
  release(): void
}

/** Connections of one thread; those that are not in use wait for the next. */
export class Snapshots {
  readonly #file: string
  readonly #idle: Used[] = []

  constructor(file: string) {
    this.#file = file
  }

  take(): Snapshot {
    const used = this.#idle.pop() ?? new Used(this.#file)
    const { connection, flagSets } = used
    connection.run('BEGIN')
    return {
      connection,
      flagSets,
      release: () => {
        connection.run('COMMIT')
        if (++used.times < usesOfConnection) this.#idle.push(used)
        else connection.close()
      },
    }
  }

  close(): void {
    for (const { connection } of this.#idle.splice(0)) connection.close()
  }
}

class Used {
  readonly connection: Connection
  readonly flagSets: FlagSetCache
  times = 0

  constructor(file: string) {
    this.connection = new Connection(file, { readonly: true, cacheOctets })
    this.flagSets = new FlagSetCache(this.connection)
  }
}
