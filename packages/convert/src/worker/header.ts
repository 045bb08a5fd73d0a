/**
 * Headers in another charset (RFC 5259 §6): encoded words stay encoded words (RFC 2047), parameters stay parameters
 * (RFC 2231), and whatever cannot be decoded, or is neither, stays as it is, octet for octet.
 */
import { charsetExists, decodeWords, headerFields } from '@lemonade/mime'
import type { ConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { encodeText } from './charset.ts'
import { convertParameters } from './header-parameters.ts'
import type { TaskResult, TaskSettings } from './task.ts'

/** Characters of an encoded-word, delimiters included (RFC 2047 §2). */
const mostWordLength = 75

/** Fields with parameters (RFC 2045 §5.1, RFC 2183). */
const parameterized = new Set(['content-type', 'content-disposition'])

/** How text is written: the charset, and what stands for characters that it has not. */
export interface Writing {
  readonly charset: string
  readonly replacement: string | undefined
}

/** settings: to (charset), replacement. */
export function header(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): TaskResult {
  if (octets.length > limits.headerOctets) throw new Refusal('The header is too large')
  const replacement = settings['replacement']
  const writing: Writing = {
    charset: String(settings['to']),
    replacement: typeof replacement === 'string' ? replacement : undefined,
  }
  const pieces: string[] = []
  let at = 0
  for (const field of headerFields(octets)) {
    pieces.push(octets.toString('latin1', at, field.valueStart))
    const value = octets.toString('latin1', field.valueStart, field.end)
    const parameters = parameterized.has(field.nameLower) ? convertParameters(value, writing) : value
    pieces.push(convertWords(parameters, writing))
    at = field.end
  }
  pieces.push(octets.toString('latin1', at))
  return { octets: Buffer.from(pieces.join(''), 'latin1'), facts: {} }
}

/** encoded-word (RFC 2047 §2, RFC 2231 §5), spaces in it allowed as RFC 5259's own example has them. */
const word = /=\?([!-)+-<>@-~]{1,60})(\*[!->@-~]{0,60})?\?([bq])\?([^?\r\n]*)\?=/i.source

/** Words with nothing but white space between them are one text: senders cut characters in two. */
const run = new RegExp(`${word}(?:[ \\t\\r\\n]+${word})*`, 'gi')

function convertWords(value: string, writing: Writing): string {
  if (!value.includes('=?')) return value
  return value.replace(run, match => {
    const words = [...match.matchAll(new RegExp(word, 'gi'))]
    // One word that cannot be decoded leaves its neighbours to themselves.
    if (words.every(([, charset = '']) => charsetExists(charset))) return encodeWords(match, words, writing)
    return match.replace(new RegExp(word, 'gi'), (each, charset: string) =>
      charsetExists(charset) ? encodeWords(each, [...each.matchAll(new RegExp(word, 'gi'))], writing) : each,
    )
  })
}

function encodeWords(source: string, words: readonly RegExpExecArray[], writing: Writing): string {
  const language = words[0]?.[2] ?? ''
  const isBase64 = words[0]?.[3]?.toUpperCase() === 'B'
  const text = decodeWords(source)
  const head = `=?${writing.charset.toUpperCase()}${language}?${isBase64 ? 'B' : 'Q'}?`
  const room = mostWordLength - head.length - 2
  const encode = (part: string) => {
    const octets = encodeText(part, writing.charset, writing.replacement)
    return isBase64 ? octets.toString('base64') : quoted(octets)
  }
  return inPieces(text, encode, room)
    .map(piece => `${head}${piece}?=`)
    .join('\r\n ')
}

/** Text cut between characters so that each piece, encoded by itself, has room. */
export function inPieces(text: string, encode: (part: string) => string, room: number): readonly string[] {
  const characters = [...text]
  const pieces: string[] = []
  for (let start = 0; start < characters.length; ) {
    // As long as possible; a character alone is taken however long it gets.
    let [fits, tooLong] = [1, Math.min(characters.length - start, room) + 1]
    const piece = (length: number) => encode(characters.slice(start, start + length).join(''))
    while (tooLong - fits > 1) {
      const middle = (fits + tooLong) >> 1
      if (piece(middle).length <= room) fits = middle
      else tooLong = middle
    }
    pieces.push(piece(fits))
    start += fits
  }
  return pieces.length === 0 ? [''] : pieces
}

/** The "Q" encoding, in the alphabet that is safe in every place (RFC 2047 §5 (3)). */
function quoted(octets: Buffer): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    if (octet === 32) text += '_'
    else if (/[A-Za-z0-9!*+/-]/.test(character)) text += character
    else text += `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
