/** Messages of octets of any value, as everybody after this server can have them. */
import { NulFinder, Recoder, type Recoding, withoutBinary } from '@lemonade/mime'
import type { Contents, PreparedContent } from '@lemonade/store'
import { Refusal } from './problem.ts'
import { reply } from './reply.ts'
import type { MailParameters } from './session.ts'

const notConvertible = reply(554, '5.6.3', 'Conversion required but not supported: NULs outside the bodies of parts')

/**
 * The message with its binary parts under base64, which keeps each of their bits (RFC 3030 §3): base IMAP cannot carry
 * NULs, and few servers take BINARYMIME. Uses the content up where it makes another. Throws Refusal where a binary
 * message has NULs that nothing can stand for.
 */
export async function asText(
  contents: Contents,
  content: PreparedContent,
  parameters: MailParameters,
): Promise<PreparedContent> {
  const text = await textOf(contents, content, parameters)
  if (text === null) return content
  await content.discard()
  return text
}

/** The same beside the content, which stays; null where that is text already. */
export async function textOf(
  contents: Contents,
  content: PreparedContent,
  { binary: isBinary = false }: MailParameters,
): Promise<PreparedContent | null> {
  const recodings = await recodingsOf(content, isBinary)
  if (recodings.length === 0) return null
  // Base64 makes a third more, and line ends.
  const writer = contents.writer({ limitOctets: 2 * content.octets + 1024 * recodings.length, ahead: true })
  try {
    const recoder = new Recoder(recodings)
    for await (const piece of content.read(0, content.octets)) {
      for (const octets of recoder.write(piece)) await writer.write(octets)
    }
    return await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** What MAIL said of the message, as it is true afterwards. */
export function textParameters(parameters: MailParameters): MailParameters {
  return parameters.binary === true ? { ...parameters, body: '8BITMIME' } : parameters
}

async function recodingsOf(content: PreparedContent, isBinary: boolean): Promise<readonly Recoding[]> {
  const { structure, holdsNul } = content
  if (!holdsNul) return isBinary ? withoutBinary(structure, []) : []
  const finder = new NulFinder(structure)
  for await (const piece of content.read(0, content.octets)) finder.write(piece)
  const holders = finder.parts()
  if (holders !== null) return isBinary ? withoutBinary(structure, holders) : base64(holders)
  if (isBinary) throw new Refusal(notConvertible)
  // What text holds against the rules is nobody's to mend.
  return []
}

function base64(parts: Parameters<typeof withoutBinary>[1]): readonly Recoding[] {
  return parts.map(part => ({ part, to: 'base64' }))
}
