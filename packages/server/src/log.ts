/** The log: pino on stderr, one JSON line an event. stdout is for people. */
import type { Log } from '@lemonade/net'
import pino from 'pino'
import type { LogLevel } from './config/config.ts'

/** Lines wait in memory for a reader of stderr that is slow; past this they are dropped rather than kept. */
const queueOctets = 8 * 1_048_576

/** How long the end of the process waits for a reader of stderr. */
const lingerMilliseconds = 1_000

/** Fields that no line may show, wherever they stand, should a caller ever pass them. */
const secrets = ['password', 'secret', 'token', 'verifier', 'authorization', 'response']

export interface ServerLog {
  readonly log: Log
  /** Resolves when what waits is written, or cannot be: the reader went away, or takes nothing for `lingerMilliseconds`. */
  close(): Promise<void>
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
    // Not flushSync: it writes at once, in front of a line that is still on its way.
    close: () =>
      new Promise(resolve => {
        const giveUp = setTimeout(resolve, lingerMilliseconds)
        for (const event of ['close', 'error']) {
          destination.once(event, () => {
            clearTimeout(giveUp)
            resolve()
          })
        }
        destination.end()
      }),
  }
}
