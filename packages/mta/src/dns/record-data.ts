/** The data of records as they are used here. */
import type { Answer } from 'dns-packet'
import type { DnsData, DnsType } from './record.ts'

/** null where the type is none that is asked for. */
export function recordOf(answer: Answer): DnsData[DnsType] | null {
  switch (answer.type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return answer.data
    case 'MX':
      return { priority: answer.data.preference ?? 0, exchange: answer.data.exchange }
    case 'SRV': {
      const { priority, weight, port, target } = answer.data
      return { priority: priority ?? 0, weight: weight ?? 0, port, target }
    }
    case 'TXT':
      return [answer.data].flat().map(piece => (typeof piece === 'string' ? piece : piece.toString('utf8')))
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = answer.data
      return { usage, selector, matchingType, data: new Uint8Array(certificate) }
    }
    default:
      return null
  }
}
