/** What a store does by itself: collecting, a slice at a time, when something may be there to collect. */
import { collectSlice } from './content/collect.ts'
import type { Readings } from './content/readings.ts'
import type { Writer } from './writer/client.ts'

/** Between two looks whether there is something to collect. */
const restMilliseconds = 5_000
/** Between two slices, so that collecting takes the writer for a fraction of the time only. */
const pauseMilliseconds = 20

/** Collects until nothing is left. */
export async function collectAll(writer: Writer, readings: Readings): Promise<void> {
  while (await writer.run(collectSlice, { reading: readings.contents })) {}
}

/** Collects in the background; returns what ends that. */
export function startCollector(writer: Writer, readings: Readings, failed: (error: unknown) => void): () => void {
  let ended = false
  let timer: NodeJS.Timeout
  const slice = async () => {
    let more = false
    try {
      more = await writer.run(collectSlice, { reading: readings.contents })
    } catch (error) {
      if (!ended) failed(error)
    }
    if (!ended) plan(more ? pauseMilliseconds : restMilliseconds)
  }
  const plan = (milliseconds: number) => {
    timer = setTimeout(slice, milliseconds)
    timer.unref()
  }
  plan(pauseMilliseconds)
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
