/** What a command has around it: where it is, what comes in, and where its words go. Tests bring their own. */
import type { Readable } from 'node:stream'

export interface Io {
  /** Relative paths of arguments start here. */
  readonly directory: string
  readonly stdin: Readable
  /** True where somebody sits in front of us and can be asked. */
  readonly interactive: boolean
  /** Results. */
  out(text: string): void
  /** Remarks and complaints, so that a script that reads the results sees nothing else. */
  err(text: string): void
}

/** The process's own. */
export const processIo: Io = {
  directory: process.cwd(),
  stdin: process.stdin,
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
}

/** Writes a result, as whole lines. */
export function print(io: Io, text: string): void {
  io.out(text.endsWith('\n') || text === '' ? text : `${text}\n`)
}

/** Writes a remark. */
export function remark(io: Io, text: string): void {
  io.err(`${text}\n`)
}
