import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type Channel, channelOf } from '@lemonade/auth'
import { type Endpoint, TlsFacts, type TlsSource } from '@lemonade/net'

/** What authentication may know of the socket as it is now. */
export function channelNow(socket: Socket, remote: Endpoint, source: TlsSource | null): Channel {
  const tls = source !== null && socket instanceof TLSSocket ? new TlsFacts(socket, source.certificate) : null
  return channelOf({ remote, tls })
}
