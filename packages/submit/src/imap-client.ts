/**
 * A session with another IMAP server, for one URLFETCH (RFC 4467 §7): as small as it can be, since the server at the
 * other end may be anything. Each line, each wait and all that is read is bounded, and nothing is held.
 */
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Refusal, reply } from '@lemonade/esmtp'
import { ImapStream, StreamFailed } from './imap-stream.ts'

/** A server that this one may log in to, to fetch what URLs of its users name. */
export interface ImapServer {
  /** As URLs name it, in lower case. */
  readonly host: string
  readonly address: { readonly host: string; readonly port: number }
  /** No credentials are sent without TLS and a certificate that was verified (RFC 4468 §8). */
  readonly tls: 'starttls' | 'implicit'
  readonly user: string
  readonly password: string
  /** PEM; what the server's certificate must descend from, where the system's list does not do. */
  readonly certificateAuthority?: string
}

export interface Fetching {
  readonly connectSeconds: number
  /** For all of it. */
  readonly seconds: number
  /** Told how many octets are to come. */
  readonly begin: (octets: number) => void
  readonly write: (octets: Uint8Array) => Promise<void>
}

const unavailable = reply(451, '4.4.1', 'IMAP server unavailable')
const unresolved = reply(554, '5.6.6', 'IMAP URL resolution failed')

/** Fetches what the URL names. Throws Refusal, and what `begin` and `write` throw. */
export async function fetchFrom(server: ImapServer, url: string, fetching: Fetching): Promise<void> {
  let stream: ImapStream | null = null
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), fetching.seconds * 1000)
  try {
    stream = await logIn(server, fetching, late.signal)
    await urlFetch(stream, url, fetching)
  } catch (error) {
    if (error instanceof StreamFailed || late.signal.aborted) throw new Refusal(unavailable)
    throw error
  } finally {
    clearTimeout(timer)
    stream?.close()
  }
}

async function logIn(server: ImapServer, { connectSeconds }: Fetching, signal: AbortSignal): Promise<ImapStream> {
  const { address, tls, user, password } = server
  const socket = connect({ ...address, timeout: connectSeconds * 1000 })
  const first = tls === 'implicit' ? secured(socket, server).setTimeout(connectSeconds * 1000) : socket
  let stream = new ImapStream(first, signal)
  try {
    await stream.response()
    if (tls === 'starttls') {
      await command(stream, 'a', 'STARTTLS')
      // What came in the clear behind the answer was not said by the server that TLS will show (RFC 3501 §6.2.1).
      stream = new ImapStream(secured(stream.detach(), server).setTimeout(connectSeconds * 1000), signal)
    }
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64')
    stream.send('b AUTHENTICATE PLAIN\r\n')
    for (;;) {
      const line = await stream.response()
      if (line.startsWith('+')) stream.send(`${plain}\r\n`)
      else if (isEnd(line, 'b')) break
    }
    return stream
  } catch (error) {
    stream.close()
    throw error
  }
}

function secured(socket: Socket, { host, certificateAuthority }: ImapServer): Socket {
  return connectTls({
    socket,
    // An address is no server name (RFC 6066 §3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: 'TLSv1.2',
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
  })
}

async function command(stream: ImapStream, tag: string, text: string): Promise<void> {
  stream.send(`${tag} ${text}\r\n`)
  while (!isEnd(await stream.response(), tag)) {
    // What it says besides is of no interest.
  }
}

/** Whether the line is the end of the command. Throws StreamFailed where that went wrong. */
function isEnd(line: string, tag: string): boolean {
  if (!line.startsWith(`${tag} `)) return false
  if (!/^\S+ OK\b/i.test(line)) throw new StreamFailed(line)
  return true
}

/** urlfetch-data = "*" SP "URLFETCH" 1*(SP url-full SP nstring) (RFC 4467 §9) */
async function urlFetch(stream: ImapStream, url: string, { begin, write }: Fetching): Promise<void> {
  // A URL has no character that would need more than quotes.
  stream.send(`c URLFETCH "${url}"\r\n`)
  let has = false
  for (;;) {
    const line = await stream.line()
    const data = has ? null : /^\* URLFETCH (?:"[^"]*"|[^\s"{}]+) (.*)$/i.exec(line)?.[1]
    const literal = /^\{(\d{1,15})\}$/.exec(data ?? '')?.[1]
    const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(data ?? '')?.[1]
    if (literal !== undefined) {
      begin(Number(literal))
      await stream.literal(Number(literal), write)
      has = true
    } else if (quoted !== undefined) {
      const octets = Buffer.from(quoted.replace(/\\(.)/g, '$1'), 'latin1')
      begin(octets.length)
      if (octets.length > 0) await write(octets)
      has = true
    } else await stream.skipLiterals(line)
    if (/^c /.test(line)) break
  }
  if (!has) throw new Refusal(unresolved)
}
