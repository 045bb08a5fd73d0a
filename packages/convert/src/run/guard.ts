/** Watches a process while it works, and ends it, with all that it started, once it goes past a bound. */
import type { ChildProcess } from 'node:child_process'
import { Failure } from './failure.ts'
import { residentOctets } from './memory.ts'

/** Between two looks at its memory. */
const lookMilliseconds = 100

export interface Bounds {
  readonly seconds: number
  readonly memoryOctets: number
}

/** Calls `over` at most once; `release` ends the watch. */
export function guard(child: ChildProcess, bounds: Bounds, over: (failure: Failure) => void): { release(): void } {
  const stop = (failure: Failure) => {
    release()
    killTree(child)
    over(failure)
  }
  const timer = setTimeout(() => stop(new Failure('time')), bounds.seconds * 1000)
  const looks = setInterval(() => {
    if (child.pid !== undefined && residentOctets(child.pid) > bounds.memoryOctets) stop(new Failure('memory'))
  }, lookMilliseconds)
  const release = () => {
    clearTimeout(timer)
    clearInterval(looks)
  }
  return { release }
}

/** Ends a process that leads a group of its own, and its group. A name space of processes ends with its first. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
