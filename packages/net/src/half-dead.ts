/**
 * Finds peers that are gone without a word while octets are on their way to them. TCP itself gives up only after some
 * fifteen minutes, and keepalive probes only where nothing waits to be acknowledged. Linux tells how it stands with each
 * socket; elsewhere nothing is found, and TCP's patience is what there is.
 *
 * A connection is looked at from when something was sent until all of it was acknowledged, all of them together and only
 * while there are any: a connection that is idle costs nothing.
 */
import { readFile } from 'node:fs/promises'
import { isIPv4, SocketAddress } from 'node:net'
import type { Ends } from './ends.ts'

/** What the kernel says of a socket. */
export interface SocketState {
  readonly unacknowledgedOctets: number
  /** Times that the first of them was sent again since the peer last acknowledged anything. */
  readonly retransmissions: number
}

/** The two tables of the kernel, one after the other; '' where there are none. */
export async function readSockets(): Promise<string> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(file => readFile(file, 'latin1').catch(() => ''))
  return (await Promise.all(tables)).join('\n')
}

/** sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt …, all but the first in hexadecimal. */
const line = /^\s*\d+: (\w+:\w{4}) (\w+:\w{4}) \w\w (\w{8}):\w{8} \w\w:\w{8} (\w{8}) /gm

/** By both ends, as `socketKey` has them. */
export function socketStates(text: string): Map<string, SocketState> {
  const states = new Map<string, SocketState>()
  for (const [, local, remote, queued = '', retransmitted = ''] of text.matchAll(line)) {
    states.set(`${local} ${remote}`, {
      unacknowledgedOctets: Number.parseInt(queued, 16),
      retransmissions: Number.parseInt(retransmitted, 16),
    })
  }
  return states
}

/** How the kernel may write the ends of a socket: an IPv4 address may be one of an IPv6 socket. */
export function socketKeys({ local, remote }: Ends): readonly string[] {
  const port = (number: number) => number.toString(16).toUpperCase().padStart(4, '0')
  const key = (as6: boolean) =>
    [local, remote].map(end => `${hexadecimal(octetsOf(end.host, as6))}:${port(end.port)}`).join(' ')
  return isIPv4(local.host) ? [key(false), key(true)] : [key(true)]
}

/** Words of 32 bits in the machine's own order, which is little-endian wherever Node runs on Linux. */
function hexadecimal(octets: readonly number[]): string {
  const words = Array.from({ length: octets.length / 4 }, (_, i) => octets.slice(4 * i, 4 * i + 4).reverse())
  return Buffer.from(words.flat()).toString('hex').toUpperCase()
}

function octetsOf(host: string, as6: boolean): readonly number[] {
  if (isIPv4(host)) {
    const octets = host.split('.').map(Number)
    return as6 ? [...Array<number>(10).fill(0), 0xff, 0xff, ...octets] : octets
  }
  const { address } = new SocketAddress({ address: host, family: 'ipv6' })
  const [head = '', tail] = address.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':')).map(word => Number.parseInt(word, 16))
  const [before, after] = [words(head), tail === undefined ? [] : words(tail)]
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return all.flatMap(word => [word >> 8, word & 0xff])
}

export interface HalfDeadOptions {
  /** How often to look. */
  readonly everyMilliseconds: number
  /** A peer that has acknowledged nothing for this long, though asked again, is gone. */
  readonly patienceMilliseconds: number
  readonly read?: () => Promise<string>
  readonly now?: () => number
}

interface Watched {
  readonly keys: readonly string[]
  readonly gone: () => void
  /** When it was first seen that octets had to be sent again. */
  since: number | null
}

export class HalfDead {
  readonly #options: Required<HalfDeadOptions>
  readonly #watched = new Map<object, Watched>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: HalfDeadOptions) {
    this.#options = { read: readSockets, now: () => performance.now(), ...options }
  }

  /** How many are looked at now. */
  get size(): number {
    return this.#watched.size
  }

  /** Something was sent to a peer: `gone` is called, once, where it turns out not to be there. */
  sent(connection: object, ends: Ends, gone: () => void): void {
    if (!this.#watched.has(connection)) this.#watched.set(connection, { keys: socketKeys(ends), gone, since: null })
    this.#plan()
  }

  forget(connection: object): void {
    this.#watched.delete(connection)
  }

  #plan(): void {
    if (this.#timer !== null || this.#watched.size === 0) return
    this.#timer = setTimeout(() => void this.look(), this.#options.everyMilliseconds).unref()
  }

  /** Looks once; by itself it does so as often as it was told. */
  async look(): Promise<void> {
    const states = socketStates(await this.#options.read())
    const now = this.#options.now()
    for (const [connection, watched] of this.#watched) {
      const state = watched.keys.map(key => states.get(key)).find(found => found !== undefined)
      if (state === undefined || state.unacknowledgedOctets === 0) this.#watched.delete(connection)
      else if (state.retransmissions === 0) watched.since = null
      else {
        watched.since ??= now
        if (now - watched.since < this.#options.patienceMilliseconds) continue
        this.#watched.delete(connection)
        watched.gone()
      }
    }
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#plan()
  }
}
