/** Header fields of messages that scripts send (RFC 5322, RFC 2047). */

/** Octets of a line that is good to read (RFC 5322 §2.1.1). */
const lineOctets = 78

/** Text as a header field can have it: one line, encoded words where it is not US-ASCII (RFC 2047 §5). */
export function unstructured(text: string, name: string): string {
  const line = oneLine(text)
  return /^[ -~]*$/.test(line) && !line.includes('=?') && fits(line, name) ? line : encodedWords(line)
}

/** Whether a field can stand as it is: no line of it is too long once it is folded at spaces. */
function fits(line: string, name: string): boolean {
  return line.length + name.length + 2 <= 900
}

/** Control characters and line breaks are spaces; what is no Unicode is replaced. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
}

/** Encoded words of at most 75 characters, none of which cuts a character (RFC 2047 §2). */
function encodedWords(text: string): string {
  const words: string[] = []
  let piece = ''
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > 42) {
      words.push(piece)
      piece = ''
    }
    piece += character
  }
  words.push(piece)
  return words.map(word => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}

/** mailbox = name-addr / addr-spec (RFC 5322 §3.4) */
export function mailbox(name: string, address: string): string {
  const plain = oneLine(name)
  if (plain === '') return `<${address}>`
  if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*$/.test(plain)) return `${plain} <${address}>`
  const isAscii = /^[ -~]*$/.test(plain)
  return `${isAscii ? `"${plain.replace(/["\\]/g, '\\$&')}"` : encodedWords(plain)} <${address}>`
}

/** Fields, each on lines of its own. A field with the value null is left out. */
export function headerOf(fields: readonly (readonly [name: string, value: string | null])[]): string {
  return fields
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${folded(`${name}: ${value}`)}\r\n`)
    .join('')
}

/** Folds at spaces where a line is too long and has any (RFC 5322 §2.2.3). */
function folded(field: string): string {
  return field
    .split('\r\n ')
    .map(line => {
      const lines: string[] = []
      let current = ''
      for (const word of line.split(' ')) {
        // Not behind the name alone: some readers take such a field for an empty one.
        const mayFold = current !== '' && !/^[!-9;-~]+:$/.test(current)
        if (mayFold && current.length + 1 + word.length > lineOctets) {
          lines.push(current)
          current = word
        } else current = current === '' ? word : `${current} ${word}`
      }
      return [...lines, current].join('\r\n ')
    })
    .join('\r\n ')
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** date-time (RFC 5322 §3.3), in UTC. */
export function dateTime(at: number): string {
  const date = new Date(at)
  const two = (number: number) => String(number).padStart(2, '0')
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  return `${days[date.getUTCDay()]}, ${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time} +0000`
}
