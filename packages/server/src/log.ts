/** The log: pino on stderr, one JSON line an event. stdout is for people. */
import type { Log } from '@lemonade/net'
import pino from 'pino'
import type { LogLevel } from './config/config.ts'

/** Lines wait in memory for a reader of stderr that is slow; past this they are dropped rather than kept. */
const queueOctets = 8 * 1_048_576

/** Fields that no line may show, wherever they stand, should a caller ever pass them. */
const secrets = ['password', 'secret', 'token', 'verifier', 'authorization', 'response']

export interface ServerLog {
  readonly log: Log
  /** Writes out what waits; before the process ends. */
  flush(): void
}

export function openLog(level: LogLevel): ServerLog {
  const destination = pino.destination({ fd: 2, sync: false, maxLength: queueOctets })
  // A reader that went away (EPIPE) must not end the server.
  destination.on('error', () => {})
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: secrets.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    },
    destination,
  )
  return {
    log,
    flush: () => {
      try {
        destination.flushSync()
      } catch {
        // The descriptor is gone; there is nowhere to say so.
      }
    },
  }
}
