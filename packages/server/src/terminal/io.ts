/** What a command has around it: where it is, what comes in, and where its words go. Tests bring their own. */
import type { Readable } from 'node:stream'

export interface Io {
  /** Relative paths of arguments start here. */
  readonly directory: string
  readonly stdin: Readable
  /** True where somebody sits in front of us and can be asked. */
  readonly interactive: boolean
  /** From now on Ctrl-C does not end the process but is told here, for work that must end between two steps. */
  interruption(): Interruption
  /** Results. */
  out(text: string): void
  /** Remarks and complaints, so that a script that reads the results sees nothing else. */
  err(text: string): void
}

/** Whether somebody has asked to stop. */
export interface Interruption {
  readonly asked: boolean
  /** The next Ctrl-C ends the process again. */
  end(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function interruptionOfProcess(): Interruption {
  let asked = false
  const ask = () => {
    asked = true
  }
  for (const signal of signals) process.on(signal, ask)
  return {
    get asked() {
      return asked
    },
    end() {
      for (const signal of signals) process.off(signal, ask)
    },
  }
}

/** The process's own. */
export const processIo: Io = {
  directory: process.cwd(),
  stdin: process.stdin,
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  interruption: interruptionOfProcess,
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
