/** For the operator: `/metrics` for Prometheus, `/healthz` for whoever restarts what is sick. */
import type { ServerMetrics } from '../metrics.ts'
import { line, type Pages } from './page.ts'

export interface OperatorOptions {
  readonly metrics: ServerMetrics
  /** Resolves where the server can do its work, rejects where it cannot. */
  healthy(): Promise<void>
  /** A server that does not answer in this time is not well either. */
  readonly patienceMilliseconds: number
}

export function operatorPages(options: OperatorOptions): Pages {
  return {
    '/metrics': {
      method: 'GET',
      async answer() {
        const { text, type } = await options.metrics.expose()
        return { status: 200, type, text }
      },
    },
    '/healthz': {
      method: 'GET',
      answer: async () => ((await isHealthy(options)) ? line(200, 'ok') : line(503, 'unhealthy')),
    },
  }
}

async function isHealthy({ healthy, patienceMilliseconds }: OperatorOptions): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, patienceMilliseconds, false)
  const well = healthy().then(
    () => true,
    () => false,
  )
  const answer = await Promise.race([well, late])
  clearTimeout(timer)
  return answer
}
