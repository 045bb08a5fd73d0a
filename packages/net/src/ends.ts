import type { Socket } from 'node:net'
import { type Endpoint, plainAddress } from './endpoint.ts'

/** The two ends of a connection; behind a proxy, of the client's to the proxy. */
export interface Ends {
  readonly remote: Endpoint
  readonly local: Endpoint
}

/** As the socket itself knows them. */
export function endsOf(socket: Socket): Ends {
  return {
    remote: { host: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 },
    local: { host: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 },
  }
}
