/** Encoded words for text that is not US-ASCII (RFC 2047). */

/** An encoded-word has at most 75 characters (RFC 2047 §2): 45 octets make 60 of BASE64. */
const wordOctets = 45

/** Text as encoded words in UTF-8 and BASE64, each of whole characters, between `separator`s of white space. */
export function encodeWords(text: string, separator = ' '): string {
  const words: string[] = []
  let octets: number[] = []
  for (const character of text.toWellFormed()) {
    const encoded = Buffer.from(character, 'utf8')
    if (octets.length + encoded.length > wordOctets) {
      words.push(word(octets))
      octets = []
    }
    octets.push(...encoded)
  }
  if (octets.length > 0) words.push(word(octets))
  return words.join(separator)
}

function word(octets: readonly number[]): string {
  return `=?utf-8?B?${Buffer.from(octets).toString('base64')}?=`
}
