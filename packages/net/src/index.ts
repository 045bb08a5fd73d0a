export { Admission, type ConnectionLimits, defaultConnectionLimits } from './admission.ts'
export {
  Connection,
  ConnectionClosed,
  handshakeMilliseconds,
  highWaterOctets,
  lingerMilliseconds,
  queueOctets,
} from './connection.ts'
export {
  type Address,
  type Endpoint,
  EndpointError,
  formatEndpoint,
  isLoopback,
  parseEndpoint,
  peerOf,
  plainAddress,
} from './endpoint.ts'
export { type Ends, endsOf } from './ends.ts'
export { HalfDead, type HalfDeadOptions } from './half-dead.ts'
export {
  ListenError,
  type Listener,
  type ListenerOptions,
  listen,
  listenForSockets,
  type SocketListenerOptions,
} from './listen.ts'
export { type Log, type LogFunction, silentLog } from './log.ts'
export { type Counter, type Gauge, type Histogram, type Labels, type Metrics, noMetrics } from './metrics.ts'
export { isProxy, type Proxies, proxyHeaderMilliseconds } from './proxied.ts'
export { proxyHeaderOctets } from './proxy-header.ts'
export { Rate } from './rate.ts'
export { keyExchangeGroups, TlsFacts, type TlsSource, tlsSource } from './tls.ts'
