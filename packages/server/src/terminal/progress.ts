/** A progress bar on a terminal; silence everywhere else. */
import { SingleBar } from 'cli-progress'

export interface Progress {
  /** How far it is; the total may still grow. */
  at(done: number, total: number): void
  end(): void
}

const updateMilliseconds = 100

/** A bar on stderr, so that stdout holds results only. */
export function openProgress(what: string): Progress {
  if (process.stderr.isTTY !== true) return { at: () => {}, end: () => {} }
  const bar = new SingleBar({
    format: `${what} {bar} {percentage}%  {eta_formatted}`,
    stream: process.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // Nothing of the terminal is changed that a killed process would leave changed.
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
  })
  let started = false
  let shownAt = Number.NEGATIVE_INFINITY
  return {
    at: (done, total) => {
      // The bar reckons the time that is left from its latest updates: they must not all be of one moment.
      const now = performance.now()
      if (now - shownAt < updateMilliseconds) return
      shownAt = now
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
