/** What the parts of the store share in one process. */
import type { Secrets } from './api.ts'
import type { LocalBus } from './bus.ts'
import type { Connection } from './connection.ts'
import type { Readings } from './content/readings.ts'
import type { FlagSetCache } from './flag-sets.ts'
import type { StoreLimits } from './limits.ts'
import type { MailboxIndexes } from './mailbox-indexes.ts'
import type { Instant } from './model.ts'
import type { SearchService } from './search/service.ts'
import type { Writer } from './writer/client.ts'

export interface Engine {
  readonly file: string
  /** For content that is too large for memory while it comes in. */
  readonly temporary: string
  /** The caller's own connection: reads only. */
  readonly reader: Connection
  readonly writer: Writer
  readonly bus: LocalBus
  readonly searching: SearchService
  readonly flagSets: FlagSetCache
  /** Shared by all sessions, whoever's. */
  readonly indexes: MailboxIndexes
  readonly readings: Readings
  readonly secrets: Secrets
  readonly limits: StoreLimits
  readonly clock: () => Instant
}
