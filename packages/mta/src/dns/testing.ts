/** For tests: a DNS server on UDP and TCP at one port of this machine, that says what the test wants. */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '@lemonade/net'
import { type Answer, AUTHENTIC_DATA, decode, encode, type Packet, RECURSION_AVAILABLE, streamEncode } from 'dns-packet'
import type { DnsData, DnsType } from './record.ts'
import { DnsResolver, type ResolverOptions } from './resolver.ts'

/** What is said of one question. */
export interface Said<T extends DnsType> {
  readonly records: readonly DnsData[T][]
  /** The AD bit. */
  readonly secure?: boolean
  readonly ttl?: number
}

export type Misery = 'SERVFAIL' | 'REFUSED' | 'FORMERR' | 'silence' | 'garbage'

const rcodes = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
const datagramOctets = 1232

export class DnsTestServer {
  /** `TYPE name`, one a question that came in. */
  readonly asked: string[] = []
  readonly #said = new Map<string, Said<DnsType> | Misery>()
  readonly #aliases = new Map<string, { readonly target: string; readonly secure: boolean }>()
  readonly #names = new Set<string>()
  readonly #datagrams: Datagrams
  readonly #streams: Server
  readonly #sockets = new Set<Socket>()
  /** Of absence, where a name is not said to be something else. */
  readonly secureAbsence = new Set<string>()
  /** Questions come by UDP and TCP. */
  readonly ways: ('udp' | 'tcp')[] = []

  private constructor(datagrams: Datagrams, streams: Server) {
    this.#datagrams = datagrams
    this.#streams = streams
    datagrams.on('message', (octets, peer) => {
      this.ways.push('udp')
      const reply = this.#reply(octets)
      if (reply === 'garbage') datagrams.send(Buffer.from('garbage'), peer.port, peer.address)
      if (typeof reply === 'string') return
      const whole = encode(reply)
      const cut = { ...reply, flags: (reply.flags ?? 0) | (1 << 9), answers: [] }
      datagrams.send(whole.length > datagramOctets ? encode(cut) : whole, peer.port, peer.address)
    })
    streams.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {})
      let received = Buffer.alloc(0)
      socket.on('data', octets => {
        received = Buffer.concat([received, octets])
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
        this.ways.push('tcp')
        const reply = this.#reply(received.subarray(2))
        if (typeof reply !== 'string') socket.write(streamEncode(reply))
        else if (reply === 'garbage') socket.end(Buffer.from([0, 1, 0]))
      })
    })
  }

  static async start(): Promise<DnsTestServer> {
    for (;;) {
      const streams = createServer()
      streams.listen(0, '127.0.0.1')
      await once(streams, 'listening')
      const datagrams = createSocket('udp4')
      datagrams.bind((streams.address() as AddressInfo).port, '127.0.0.1')
      try {
        await once(datagrams, 'listening')
        return new DnsTestServer(datagrams, streams)
      } catch {
        // Somebody has that port for UDP.
        streams.close()
      }
    }
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#streams.address() as AddressInfo).port }
  }

  say<T extends DnsType>(
    type: T,
    name: string,
    records: readonly DnsData[T][],
    more: Omit<Said<T>, 'records'> = {},
  ): this {
    this.#names.add(name.toLowerCase())
    this.#said.set(`${type} ${name.toLowerCase()}`, { records, ...more } as Said<DnsType>)
    return this
  }

  /** What becomes of a question instead of an answer. */
  fail(type: DnsType, name: string, misery: Misery): this {
    this.#said.set(`${type} ${name.toLowerCase()}`, misery)
    return this
  }

  alias(name: string, target: string, secure = false): this {
    this.#names.add(name.toLowerCase())
    this.#aliases.set(name.toLowerCase(), { target: target.toLowerCase(), secure })
    return this
  }

  /** Of one question, or of all. */
  forget(type?: DnsType, name?: string): void {
    if (type === undefined || name === undefined) {
      for (const list of [this.#said, this.#aliases, this.#names]) list.clear()
    } else this.#said.delete(`${type} ${name.toLowerCase()}`)
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all([
      new Promise<void>(done => this.#datagrams.close(done)),
      new Promise(done => this.#streams.close(done)),
    ])
  }

  #reply(octets: Buffer): Packet | 'silence' | 'garbage' {
    const query = decode(octets)
    const question = query.questions?.[0]
    if (question === undefined) return 'silence'
    const { type } = question
    this.asked.push(`${type} ${question.name}`)
    const answers: Answer[] = []
    let at = question.name.toLowerCase()
    let secure = true
    const alias = this.#aliases.get(at)
    if (type === 'CNAME' && alias !== undefined) {
      answers.push({ type: 'CNAME', name: at, ttl: 60, data: alias.target })
      return this.#packet(query, answers, alias.secure, 0)
    }
    for (let next = alias; next !== undefined; next = this.#aliases.get(at)) {
      answers.push({ type: 'CNAME', name: at, ttl: 60, data: next.target })
      secure &&= next.secure
      at = next.target
    }
    const said = this.#said.get(`${type} ${at}`)
    if (said === 'silence' || said === 'garbage') return said
    if (typeof said === 'string') return this.#packet(query, [], false, rcodes[said])
    if (said === undefined) {
      const exists = [...this.#names].some(name => name === at || name.endsWith(`.${at}`))
      return this.#packet(query, answers, secure && this.secureAbsence.has(at), exists ? 0 : rcodes.NXDOMAIN)
    }
    for (const record of said.records) answers.push(answerOf(type as DnsType, at, said.ttl ?? 60, record))
    return this.#packet(query, answers, secure && said.secure === true, 0)
  }

  #packet(query: Packet, answers: Answer[], secure: boolean, code: number): Packet {
    const soa = { mname: 'ns.example', rname: 'root.example', minimum: 60 }
    return {
      type: 'response',
      id: query.id ?? 0,
      flags: RECURSION_AVAILABLE | (secure ? AUTHENTIC_DATA : 0) | code,
      questions: query.questions ?? [],
      answers,
      authorities: code === 0 && answers.length > 0 ? [] : [{ type: 'SOA', name: 'example', ttl: 60, data: soa }],
    }
  }
}

function answerOf(type: DnsType, name: string, ttl: number, record: DnsData[DnsType]): Answer {
  const base = { name, ttl }
  if (typeof record === 'string') return { ...base, type: type as 'A', data: record }
  if ('exchange' in record) {
    return { ...base, type: 'MX', data: { preference: record.priority, exchange: record.exchange } }
  }
  if ('target' in record) return { ...base, type: 'SRV', data: record }
  if ('usage' in record) {
    const { usage, selector, matchingType, data } = record
    return { ...base, type: 'TLSA', data: { usage, selector, matchingType, certificate: Buffer.from(data) } }
  }
  return { ...base, type: 'TXT', data: [...record] }
}

/** A resolver that asks these servers and has no patience. */
export function testResolver(
  servers: readonly DnsTestServer[],
  more: Partial<Omit<ResolverOptions, 'servers'>> = {},
): DnsResolver {
  return new DnsResolver({
    servers: servers.map(({ address }) => address),
    trust: 'loopback',
    limits: { dnsSeconds: 2, dnsRounds: 2, dnsAnswersKept: 0, dnsKeptSeconds: 3600 },
    ...more,
  })
}
