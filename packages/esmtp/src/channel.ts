import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type Channel, channelOf } from '@lemonade/auth'
import { plainAddress, TlsFacts, type TlsSource } from '@lemonade/net'

/** What authentication may know of the socket as it is now. */
export function channelNow(socket: Socket, source: TlsSource | null): Channel {
  const remote = { host: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
  const tls = source !== null && socket instanceof TLSSocket ? new TlsFacts(socket, source.certificate) : null
  return channelOf({ remote, tls })
}
