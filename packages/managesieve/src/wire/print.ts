/** Replies as octets (RFC 5804 §4). */
import type { Reply, ResponseCode, Word } from '../reply.ts'

const quotedOctets = 1_024
const encoder = new TextEncoder()
const unquotable = /[\0\r\n]/

/** string = quoted / literal-s2c (RFC 5804 §4) */
export function string(text: string): string {
  const quoted = text.replace(/["\\]/g, '\\$&')
  const octets = Buffer.byteLength(quoted)
  if (octets <= quotedOctets && !unquotable.test(text)) return `"${quoted}"`
  return `{${Buffer.byteLength(text)}}\r\n${text}`
}

function word(word: Word): string {
  return typeof word === 'string' ? string(word) : word.atom
}

function code(code: ResponseCode): string {
  if (typeof code === 'string') return `(${code}) `
  return `(${code.code} ${string(code.text)}) `
}

export function print(reply: Reply): Uint8Array {
  const lines = (reply.lines ?? []).map(words => `${words.map(word).join(' ')}\r\n`)
  const end = `${reply.status} ${reply.code === undefined ? '' : code(reply.code)}${string(reply.text)}\r\n`
  return encoder.encode(lines.join('') + end)
}
