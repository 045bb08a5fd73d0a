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

/** What people can do about an error of the database, by the beginning of SQLite's name for it. */
const databaseSentences: readonly (readonly [code: string, sentence: string])[] = [
  [
    'SQLITE_READONLY',
    'The mail store must not be written; give the user of this program the data directory and all in it.',
  ],
  [
    'SQLITE_CANTOPEN',
    'The mail store cannot be opened; give the user of this program the data directory and all in it.',
  ],
  ['SQLITE_FULL', 'The disk of the data directory is full; make room and try again.'],
  ['SQLITE_IOERR', 'The disk of the data directory does not read or write; look at the log of the system.'],
  ['SQLITE_NOTADB', 'The lemonade.db of the data directory is no mail store; restore a backup.'],
  ['SQLITE_CORRUPT', 'The mail store is damaged; restore a backup.'],
]

/** What is wrong with the database's file, as a sentence; null for any other error. */
export function databaseSentence(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return databaseSentences.find(([beginning]) => code.startsWith(beginning))?.[1] ?? null
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
