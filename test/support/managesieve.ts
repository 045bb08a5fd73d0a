/** Uploads and activates a script by ManageSieve (RFC 5804): no more of the protocol than that needs. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { TestServer } from './server.ts'

/** Sends, and resolves with all lines up to the one that ends the response; throws where that is not OK. */
function exchange(socket: Socket, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const take = (octets: Buffer) => {
      said += octets.toString()
      const end = /^(OK|NO|BYE)\b.*\r\n$/m.exec(said)
      if (!end) return
      socket.off('data', take)
      if (end[1] === 'OK') resolve(said)
      else reject(new Error(said))
    }
    socket.on('data', take)
    socket.once('error', reject)
    if (command !== '') socket.write(command)
  })
}

export async function putScript(
  server: TestServer,
  user: string,
  password: string,
  name: string,
  source: string,
): Promise<void> {
  const plain = connectPlain(server.port('managesieve'), '127.0.0.1')
  await exchange(plain, '')
  await exchange(plain, 'STARTTLS\r\n')
  const socket = connectTls({ socket: plain, ca: server.authorityPem(), servername: 'localhost' })
  await exchange(socket, '')
  const initial = Buffer.from(`\0${user}\0${password}`).toString('base64')
  await exchange(socket, `AUTHENTICATE "PLAIN" "${initial}"\r\n`)
  await exchange(socket, `PUTSCRIPT "${name}" {${Buffer.byteLength(source)}+}\r\n${source}\r\n`)
  await exchange(socket, `SETACTIVE "${name}"\r\n`)
  await exchange(socket, 'LOGOUT\r\n')
  socket.destroy()
}
