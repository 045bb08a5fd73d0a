/** A server for tests that says what it is told to, by command, and keeps what it heard, octet for octet. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { dnsOf } from '../testing.ts'

export interface Script {
  readonly keywords?: readonly string[]
  /** The reply to a command line, without CRLF; undefined for the usual one, null for the end of the connection. */
  readonly reply?: (line: string, heard: readonly string[]) => string | null | undefined
}

export interface Scripted {
  readonly port: number
  /** Command lines, in their order, of all connections. */
  readonly lines: string[]
  /** Command lines that came before the server said anything to the first of them. */
  readonly groups: string[][]
  /** What came by DATA, as it was on the wire, and by BDAT. */
  readonly contents: Buffer[]
  connections: number
  close(): Promise<void>
}

/** Listens on a free port of this machine. */
export async function scripted(script: Script): Promise<Scripted> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    found.connections++
    converse(socket, script, found)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const found: Scripted = {
    port: (server.address() as AddressInfo).port,
    lines: [],
    groups: [],
    contents: [],
    connections: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return found
}

/** What is expected of the client next. */
type Mode = { readonly data: true } | { readonly octets: number; readonly line: string } | null

function converse(socket: Socket, { keywords = [], reply }: Script, found: Scripted): void {
  let rest: Buffer = Buffer.alloc(0)
  let mode: Mode = null
  let chunks: Buffer[] = []
  const say = (text: string) => socket.write(`${text.replaceAll('\n', '\r\n')}\r\n`)
  const answer = (line: string, usual: string): string => {
    const text = reply?.(line, found.lines)
    if (text === null) socket.destroy()
    else say(text ?? usual)
    return text ?? (text === null ? '' : usual)
  }
  const command = (line: string): void => {
    found.lines.push(line)
    found.groups.at(-1)?.push(line)
    const verb = line.split(' ')[0]
    if (verb === 'EHLO')
      answer(
        line,
        ['mx.far.example', ...keywords].map((each, at) => `250${at === keywords.length ? ' ' : '-'}${each}`).join('\n'),
      )
    else if (verb === 'DATA') {
      if (answer(line, '354 Go on').startsWith('3')) mode = { data: true }
    } else if (verb === 'BDAT') mode = { octets: Number(line.split(' ')[1]), line }
    else if (verb === 'QUIT') answer(line, '221 Bye')
    else answer(line, '250 OK')
  }
  say('220 mx.far.example ESMTP')
  socket.on('data', octets => {
    rest = Buffer.concat([rest, octets])
    found.groups.push([])
    for (;;) {
      if (mode === null) {
        const end = rest.indexOf('\r\n')
        if (end === -1) break
        const line = rest.toString('utf8', 0, end)
        rest = rest.subarray(end + 2)
        command(line)
      } else if ('data' in mode) {
        const end = rest.toString('latin1').startsWith('.\r\n') ? -2 : rest.indexOf('\r\n.\r\n')
        if (end === -1) break
        found.contents.push(rest.subarray(0, end + 2))
        rest = rest.subarray(end + 5)
        mode = null
        answer('.', '250 2.0.0 Taken')
      } else {
        if (rest.length < mode.octets) break
        chunks.push(rest.subarray(0, mode.octets))
        rest = rest.subarray(mode.octets)
        const { line } = mode
        mode = null
        if (line.endsWith(' LAST')) {
          found.contents.push(Buffer.concat(chunks))
          chunks = []
        }
        answer(line, line.endsWith(' LAST') ? '250 2.0.0 Taken' : '250 2.0.0 On')
      }
    }
    found.groups.splice(0, found.groups.length, ...found.groups.filter(group => group.length > 0))
  })
}

const noAddress = async (name: string): Promise<never> => {
  throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
}

/** An Internet in which every domain has its mail taken by this machine. */
export const everywhereHere = dnsOf({
  resolveMx: async () => [{ exchange: '127.0.0.1', priority: 0 }],
  resolve4: noAddress,
  resolve6: noAddress,
})
