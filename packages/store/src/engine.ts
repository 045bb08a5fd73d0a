/** What the parts of the store share in one process. */
import type { LocalBus } from './bus.ts'
import type { Connection } from './connection.ts'
import type { Readings } from './content/readings.ts'
import type { FlagSetCache } from './flag-sets.ts'
import type { StoreLimits } from './limits.ts'
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
  readonly readings: Readings
  readonly limits: StoreLimits
  readonly clock: () => Instant
}
