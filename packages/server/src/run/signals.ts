/** When the server stops: at a signal, or because of a bug that nobody caught. */
import type { Log } from '@lemonade/net'

export type Reason = 'SIGTERM' | 'SIGINT' | 'bug'

/** Ctrl-C reaches both the launcher and the server, and the launcher hands it on: that is one request, not two. */
const sameRequestMilliseconds = 1000

/**
 * The first SIGTERM or SIGINT asks for an orderly stop, another one later forces it. SIGHUP reloads. An exception that
 * nobody caught leaves the program in an unknown state, so it ends in order; the store has lost nothing. The signals stay
 * taken to the end of the process: one that comes late must not cut its last writes.
 */
export function untilStopped(options: { readonly log: Log; reload(): void }): Promise<Reason> {
  const { log, reload } = options
  const { promise: reason, resolve } = Promise.withResolvers<Reason>()
  let since: number | null = null
  const stop = (signal: Reason) => {
    if (since !== null && performance.now() - since > sameRequestMilliseconds) {
      log.warn({ signal }, 'forced to stop')
      process.exit(1)
    }
    since ??= performance.now()
    resolve(signal)
  }
  const listeners = {
    SIGTERM: () => stop('SIGTERM'),
    SIGINT: () => stop('SIGINT'),
    SIGHUP: reload,
    uncaughtException: (error: Error) => {
      log.error({ error: error.stack }, 'bug: uncaught exception')
      resolve('bug')
    },
    unhandledRejection: (error: unknown) =>
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'bug: unhandled rejection'),
  }
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener)
  return reason
}
