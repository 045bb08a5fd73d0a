/** A proxy for clients that do not know DEFLATE: once the server says that it is active, both ways go through it (RFC 4978). */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net'
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib'
import type { Server } from '../support/player.ts'

export class DeflatingProxy {
  readonly #server: NetServer
  readonly #sockets: ReadonlySet<Socket>
  /** Where clients find it. */
  readonly server: Server

  private constructor(server: NetServer, sockets: ReadonlySet<Socket>, target: Server) {
    this.#server = server
    this.#sockets = sockets
    this.server = { ...target, port: (server.address() as AddressInfo).port }
  }

  static async open(target: Server): Promise<DeflatingProxy> {
    const sockets = new Set<Socket>()
    const server = createServer(client => {
      const upstream = connect(target.port, target.host)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.on('error', () => {})
      }
      join(client, upstream)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new DeflatingProxy(server, sockets, target)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

function join(client: Socket, upstream: Socket): void {
  let isDeflated = false
  let clear = ''
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH })
  const deflate = createDeflateRaw()
  inflate.on('data', octets => client.write(octets))
  inflate.on('error', () => client.destroy())
  deflate.on('data', octets => upstream.write(octets))
  client.on('data', octets => {
    if (!isDeflated) upstream.write(octets)
    else deflate.write(octets, () => deflate.flush(constants.Z_SYNC_FLUSH))
  })
  upstream.on('data', octets => {
    if (isDeflated) {
      inflate.write(octets)
      return
    }
    clear = (clear + octets.toString('latin1')).slice(-200)
    client.write(octets)
    // Nobody speaks while a client waits for this answer, so that nothing of the layer comes with it.
    isDeflated = /OK DEFLATE active\r\n$/.test(clear)
  })
  client.on('close', () => upstream.destroy())
  // What the server said last is still on its way through the layer.
  upstream.on('close', () => inflate.end(() => client.end()))
}
