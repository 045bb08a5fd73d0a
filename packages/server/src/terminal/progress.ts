/** A progress bar on a terminal; silence everywhere else. */
import { SingleBar } from 'cli-progress'

export interface Progress {
  /** How far it is; the total may still grow. */
  at(done: number, total: number): void
  end(): void
}

/** A bar on stderr, so that stdout holds results only. */
export function openProgress(what: string): Progress {
  if (process.stderr.isTTY !== true) return { at: () => {}, end: () => {} }
  const bar = new SingleBar({
    format: `${what} {bar} {percentage}%  {eta_formatted}`,
    stream: process.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  })
  let started = false
  return {
    at: (done, total) => {
      if (!started) bar.start(total, done)
      else if (bar.getTotal() !== total) bar.setTotal(total)
      started = true
      bar.update(done)
    },
    end: () => {
      if (started) bar.stop()
    },
  }
}
