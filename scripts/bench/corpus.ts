/** The messages that the benchmark is fed with: 6,000 real ones, and as many variations of them as are asked for. */
import { realMessages as corpus } from '../../test/support/corpus.ts'

/** Octets that are not ASCII go from their headers: who offers UTF8=ACCEPT must refuse those (RFC 6855 §4). */
export function realMessages(): readonly Buffer[] {
  return corpus().map(message => {
    const end = message.indexOf('\r\n\r\n')
    return Buffer.from(message.map((octet, at) => (octet > 0x7e && (end < 0 || at < end) ? 0x3f : octet)))
  })
}

/** The real message with a field of its own in front, so that no two are the same octets. */
export function varied(real: readonly Buffer[], serial: number): Buffer {
  const message = real[serial % real.length] as Buffer
  return Buffer.concat([Buffer.from(`X-Serial: ${serial} ${serialWord(serial)}\r\n`, 'latin1'), message])
}

/** A small message (about 1 KB) with the real one's subject, sender, date and the first 600 octets of its body. */
export function small(real: readonly Buffer[], serial: number): Buffer {
  const message = (real[serial % real.length] as Buffer).toString('latin1')
  const split = message.indexOf('\r\n\r\n')
  const header = split < 0 ? message : message.slice(0, split + 2)
  const body = split < 0 ? '' : message.slice(split + 4, split + 604)
  const field = (name: string) =>
    new RegExp(`^${name}:.*\\r\\n(?:[ \\t].*\\r\\n)*`, 'im').exec(header)?.[0] ?? `${name}: none\r\n`
  const text = `${field('From')}${field('To')}${field('Subject')}${field('Date')}Message-ID: <${serial}@bench.example>\r\nX-Word: ${serialWord(serial)}\r\n\r\n${body}\r\n`
  return Buffer.from(text, 'latin1')
}

/** A word that about a hundred of 100,000 messages share and that no real message holds. */
export function serialWord(serial: number): string {
  return `zqx${(serial % 1000).toString().padStart(4, '0')}vw`
}

/** Dot-stuffed and ended, as DATA wants it (RFC 5321 §4.5.2). */
export function dotStuffed(message: Buffer): Buffer {
  return Buffer.from(`${message.toString('latin1').replace(/^\./gm, '..')}.\r\n`, 'latin1')
}
