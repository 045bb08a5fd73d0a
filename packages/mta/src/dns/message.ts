/** Questions and answers of DNS as octets (RFC 1035 §4.1, RFC 6891), on dns-packet. */
import { type Answer, AUTHENTIC_DATA, decode, encode, type Packet, RECURSION_DESIRED } from 'dns-packet'
import type { DnsType } from './record.ts'

/** What a message in one datagram may have; more does not pass every network whole (RFC 9715 §3). */
export const datagramOctets = 1232

export interface Question {
  readonly id: number
  readonly name: string
  readonly type: DnsType
  /** Servers of old cannot read it (RFC 6891 §7). */
  readonly edns: boolean
}

/** What a server said to one question, aliases and all. */
export interface Reply {
  readonly code: 'found' | 'no-name' | 'failed' | 'refused' | 'not-understood'
  /** It did not fit (RFC 1035 §4.1.1). */
  readonly truncated: boolean
  /** The AD bit, whoever set it. */
  readonly authentic: boolean
  readonly answers: readonly Answer[]
  /** How long absence may be remembered (RFC 2308 §5); null where the reply does not say. */
  readonly absenceSeconds: number | null
}

/** A name in the form that is compared and cached; null where it is none (RFC 1035 §2.3.4). */
export function plainName(name: string): string | null {
  const plain = name.replace(/\.$/, '').toLowerCase()
  if (plain.length === 0 || plain.length > 253) return null
  return plain.split('.').every(label => /^[!-~]{1,63}$/.test(label)) ? plain : null
}

/** AD asks for the AD bit of the answer (RFC 6840 §5.7), DO for validation (RFC 3225 §3). */
export function questionOctets({ id, name, type, edns }: Question): Uint8Array {
  return encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name, type, class: 'IN' }],
    ...(edns ? { additionals: [options] } : {}),
  })
}

const dnssecOk = 1 << 15

const options = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: datagramOctets,
  flags: dnssecOk,
  options: [],
} as unknown as Answer

/** null where it is no answer to that question. */
export function readReply(octets: Uint8Array, question: Question): Reply | null {
  let packet: Packet
  try {
    packet = decode(Buffer.from(octets.buffer, octets.byteOffset, octets.length))
  } catch {
    return null
  }
  const flags = packet.flags ?? 0
  if (packet.type !== 'response' || packet.id !== question.id) return null
  const [asked] = packet.questions ?? []
  // Who cannot read a question may leave it out.
  if (asked === undefined ? codes[flags & 0xf] !== 'not-understood' : !isSame(asked, question)) return null
  const soa = (packet.authorities ?? []).find(record => record.type === 'SOA')
  return {
    code: codes[flags & 0xf] ?? 'failed',
    truncated: (flags & truncation) !== 0,
    authentic: (flags & AUTHENTIC_DATA) !== 0,
    answers: packet.answers ?? [],
    absenceSeconds: soa?.type === 'SOA' ? Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0) : null,
  }
}

const truncation = 1 << 9

/** RCODE (RFC 1035 §4.1.1); every other one is a failure. */
const codes: Readonly<Record<number, Reply['code']>> = {
  0: 'found',
  1: 'not-understood',
  2: 'failed',
  3: 'no-name',
  4: 'not-understood',
  5: 'refused',
}

function isSame(asked: { readonly name: string; readonly type: string }, { name, type }: Question): boolean {
  return asked.type === type && plainName(asked.name) === name
}
