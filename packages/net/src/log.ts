/** What a package asks of a logger: the part of pino's interface that this project uses. */

export interface LogFunction {
  (fields: object, message?: string): void
  (message: string): void
}

/** One line an event; `child` adds fields (connection id, account) to each line of a part of the program. */
export interface Log {
  readonly debug: LogFunction
  readonly info: LogFunction
  readonly warn: LogFunction
  readonly error: LogFunction
  child(fields: Record<string, unknown>): Log
}

const nothing: LogFunction = () => {}

/** A log that keeps nothing, for tests and for callers that want none. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
}
