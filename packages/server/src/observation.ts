/** What an operator watches that no single role knows: connections of every listener, the store, the queue, the outbox. */
import { X509Certificate } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Endpoint, TlsSource } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { type ByListener, listenerNames } from './listeners.ts'
import type { ServerMetrics } from './metrics.ts'

/** Counts open and taken connections a listener, whichever package listens. Call the result to end it. */
export function observeConnections({ metrics }: ServerMetrics, endpoints: ByListener<readonly Endpoint[]>): () => void {
  const open = metrics.gauge('lemonade_connections', 'Open connections', ['listener'])
  const taken = metrics.counter('lemonade_connections_total', 'Connections that came', ['listener'])
  const listeners = new Map<number, { readonly listener: string }>()
  for (const listener of listenerNames) {
    for (const { port } of endpoints[listener]) listeners.set(port, { listener })
    if (endpoints[listener].length > 0) open.set(0, { listener })
  }
  const count = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket }
    const labels = listeners.get(socket.localPort ?? 0)
    if (labels === undefined) return
    taken.inc(labels)
    open.inc(labels)
    socket.once('close', () => open.dec(labels))
  }
  diagnostics.subscribe('net.server.socket', count)
  return () => diagnostics.unsubscribe('net.server.socket', count)
}

/** For the store to call after each commit. */
export function commitCounter({ metrics }: ServerMetrics): (writes: number) => void {
  const transactions = metrics.counter('lemonade_store_transactions_total', 'Transactions committed')
  const done = metrics.counter('lemonade_store_writes_total', 'Writes in those transactions')
  return writes => {
    transactions.inc()
    done.inc({}, writes)
  }
}

/** How long the certificate is still good for, whoever renews it. */
export function observeCertificate(server: ServerMetrics, tls: TlsSource, now = Date.now): void {
  const left = server.metrics.gauge('lemonade_certificate_days_left', 'Days that the certificate is still valid')
  server.sample(async () => {
    if (tls.certificate === null) return
    left.set((new X509Certificate(tls.certificate).validToDate.getTime() - now()) / 86_400_000)
  })
}

/** Looks at the store whenever the metrics are read. */
export function observeStore(server: ServerMetrics, store: Store, now = Date.now): void {
  const { metrics } = server
  const octets = metrics.gauge('lemonade_store_octets', 'Size of the database and of its write-ahead log', ['file'])
  const entries = metrics.gauge('lemonade_queue_entries', 'Recipients that wait for delivery elsewhere')
  const oldest = metrics.gauge('lemonade_queue_oldest_seconds', 'How long the oldest of them has waited')
  const lag = metrics.gauge('lemonade_notify_lag_seconds', 'Age of the oldest event that a sink has not taken', [
    'sink',
  ])
  const secondsSince = (at: number | undefined) => (at === undefined ? 0 : Math.max(0, now() - at) / 1000)
  server.sample(async () => {
    for (const file of ['lemonade.db', 'lemonade.db-wal']) {
      octets.set(statSync(join(store.directory, file), { throwIfNoEntry: false })?.size ?? 0, { file })
    }
  })
  server.sample(async () => {
    const counts = await store.queue.counts(now())
    entries.set(counts.entries)
    oldest.set(secondsSince(counts.oldest ?? undefined))
  })
  server.sample(async () => {
    for (const { name, waitsSince } of await store.outbox.sinks()) {
      lag.set(secondsSince(waitsSince ?? undefined), { sink: name })
    }
  })
}
