/** Metrics by prom-client, behind the narrow interface that the packages know. */
import type { Metrics } from '@lemonade/net'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface ServerMetrics {
  readonly metrics: Metrics
  /** Runs before each exposition, for what is looked up rather than counted. One that fails leaves its metrics as they were. */
  sample(look: () => Promise<void>): void
  /** The exposition text and its media type. */
  expose(): Promise<{ readonly text: string; readonly type: string }>
}

export function openMetrics(): ServerMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const known = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    const found = known.get(name) ?? make()
    known.set(name, found)
    return found as T
  }
  const samples: (() => Promise<void>)[] = []
  return {
    metrics: {
      counter: (name, help, labelNames = []) =>
        once(name, () => {
          const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] })
          return { inc: (labels = {}, value = 1) => counter.inc({ ...labels }, value) }
        }),
      gauge: (name, help, labelNames = []) =>
        once(name, () => {
          const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
          return {
            inc: (labels = {}, value = 1) => gauge.inc({ ...labels }, value),
            dec: (labels = {}, value = 1) => gauge.dec({ ...labels }, value),
            set: (value, labels = {}) => gauge.set({ ...labels }, value),
          }
        }),
      histogram: (name, help, labelNames = [], buckets) =>
        once(name, () => {
          const histogram = new Histogram({
            name,
            help,
            labelNames: [...labelNames],
            registers: [registry],
            ...(buckets === undefined ? {} : { buckets: [...buckets] }),
          })
          return { observe: (value, labels = {}) => histogram.observe({ ...labels }, value) }
        }),
    },
    sample: look => void samples.push(look),
    async expose() {
      await Promise.allSettled(samples.map(look => look()))
      return { text: await registry.metrics(), type: registry.contentType }
    },
  }
}
