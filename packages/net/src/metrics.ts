/** What a package asks of a metrics registry, so that no package but the server knows which one it is. */

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  inc(labels?: Labels, value?: number): void
}

export interface Gauge {
  inc(labels?: Labels, value?: number): void
  dec(labels?: Labels, value?: number): void
  set(value: number, labels?: Labels): void
}

export interface Histogram {
  /** Seconds or octets, as the metric's name says. */
  observe(value: number, labels?: Labels): void
}

/** Asking twice for one name gives the same metric. Names follow Prometheus: `lemonade_imap_commands_total`. */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge
  histogram(name: string, help: string, labelNames?: readonly string[], buckets?: readonly number[]): Histogram
}

const nothing = { inc() {}, dec() {}, set() {}, observe() {} }

/** Metrics that count nothing, for tests and for callers that want none. */
export const noMetrics: Metrics = {
  counter: () => nothing,
  gauge: () => nothing,
  histogram: () => nothing,
}
