/** Text as the body of a message, with the fields that say how it is written (RFC 2045). */

export interface Body {
  /** MIME fields, a line each. */
  readonly fields: string
  readonly text: string
}

const lineOctets = 998

/** Plain text: as it is where it is US-ASCII, else quoted-printable (RFC 2045 §6.7). */
export function textBody(text: string): Body {
  const lines = text
    .toWellFormed()
    .replace(/\0/g, '\ufffd')
    .split(/\r\n|\r|\n/)
  const isPlain = lines.every(line => /^[\t -~]*$/.test(line) && line.length <= lineOctets)
  const encoding = isPlain ? '7bit' : 'quoted-printable'
  const written = isPlain ? lines : lines.map(quotedPrintable)
  if (written.at(-1) === '') written.pop()
  return {
    fields: `MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n`,
    text: written.map(line => `${line}\r\n`).join(''),
  }
}

function quotedPrintable(line: string): string {
  const characters = [...line].map((character, at, all) => {
    const isLast = at === all.length - 1
    if (/^[!-<>-~]$/.test(character) || (/^[ \t]$/.test(character) && !isLast)) return character
    return [...Buffer.from(character)].map(octet => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  })
  let written = ''
  let length = 0
  for (const character of characters) {
    if (length + character.length > 75) {
      written += '=\r\n'
      length = 0
    }
    written += character
    length += character.length
  }
  return written
}

/** A MIME entity that a script brings: its fields, and what is behind them (RFC 5230 §4.4). */
export function entityBody(entity: string): Body {
  const text = entity.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')
  const blank = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  const header = blank === -1 ? text : text.slice(0, blank)
  const rest = blank === -1 ? '' : text.slice(blank === 0 ? 2 : blank + 4)
  // A part of it may be any MIME field and nothing else: the others are the response's own.
  const own = header
    .split(/\r\n(?![ \t])/)
    .filter(field => /^content-/i.test(field))
    .map(field => `${field}\r\n`)
  return {
    fields: `MIME-Version: 1.0\r\n${own.join('')}`,
    text: rest === '' || rest.endsWith('\r\n') ? rest : `${rest}\r\n`,
  }
}
