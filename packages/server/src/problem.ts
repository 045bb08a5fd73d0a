/** What a person can mend: one sentence says what is wrong and what to do, and no stack is shown. */
export class UserError extends Error {
  /** 1: it could not be done. 2: it was asked for wrongly. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'UserError'
    this.exitCode = exitCode
  }
}

/** What the operating system said of a file, as a sentence; null for any other error. */
export function systemSentence(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error)) return null
  const { message, path } = error as NodeJS.ErrnoException
  const what = /^\w+: ([^,]+)/.exec(message)?.[1] ?? message
  return `${path ?? String(error.syscall)}: ${what}.`
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
