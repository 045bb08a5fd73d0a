import { asciiForm, isAscii } from '@lemonade/esmtp'
import type { Instant, QueueEntry, Store } from '@lemonade/store'
import { returnPathEnd } from '../return-path.ts'
import type { Signer } from '../signing/signer.ts'
import type { Client, Outcome } from './client.ts'
import { byParameter, relayReason, whyNotRelayed, withDelay } from './deliver-by.ts'
import { inSevenBits } from './seven-bits.ts'

const needsSmtpUtf8: Outcome = {
  sent: false,
  permanent: true,
  status: '5.6.7',
  reply: 'the server does not take internationalized mail',
}
/** Headers and sealed parts cannot be converted (RFC 6152 §3). */
const needsEightBit: Outcome = {
  sent: false,
  permanent: true,
  status: '5.6.3',
  reply: 'the server does not take eight-bit mail, and this cannot be converted',
}

/** Sends entries of one batch in one transaction; each has an outcome afterwards. */
export async function transmit(
  client: Client,
  entries: readonly QueueEntry[],
  store: Store,
  signer: Signer,
  now: () => Instant,
): Promise<ReadonlyMap<QueueEntry, Outcome>> {
  const outcomes = new Map<QueueEntry, Outcome>()
  const [first] = entries
  if (first === undefined) return outcomes
  const { by } = first.options
  const least = client.leastByTime
  const refused = whyNotRelayed(by, least, now())
  if (refused !== null) return new Map(entries.map(entry => [entry, refused]))
  const { bodyStart } = await store.contents.structure(first.content)
  const header = await store.contents.readAll(first.content, 0, bodyStart)
  // RFC 5321 §4.4: what goes on carries no Return-Path.
  const start = returnPathEnd(header)
  const supports = (keyword: string) => client.extensions.includes(keyword)
  const asIs = { octets: first.octets - start, read: () => store.contents.read(first.content, start) }
  const isCarried = supports('8BITMIME') || (await isAsciiFrom(first, start, store))
  const sendable = isCarried ? asIs : await inSevenBits(store, first.content, start)
  if (sendable === null) {
    return new Map(entries.map(entry => [entry, first.options.smtpUtf8 === true ? needsSmtpUtf8 : needsEightBit]))
  }
  const headerIsAscii = header.every(isAsciiOctet)
  const byRecipient = new Map<string, QueueEntry[]>()
  let reversePath = first.reversePath
  for (const entry of entries) {
    const envelope = envelopeFor(entry, headerIsAscii, supports('SMTPUTF8'))
    if (envelope === null) {
      outcomes.set(entry, needsSmtpUtf8)
      continue
    }
    reversePath = envelope.reversePath
    byRecipient.set(envelope.recipient, [...(byRecipient.get(envelope.recipient) ?? []), entry])
  }
  if (byRecipient.size === 0) return outcomes
  const isSigned = first.options.authored === true
  const message = isSigned ? await signer.signed(sendable, `${first.content} ${isCarried}`) : sendable
  const relayed = relayReason(by, least, now())
  const sent = await client.send({
    reversePath,
    recipients: [...byRecipient.keys()],
    ...message,
    options: relayed === 'untimed' ? withDelay(first.options) : first.options,
    ...(by === undefined || least === null ? {} : { by: () => byParameter(by, now()) }),
  })
  for (const [recipient, outcome] of sent) {
    const told = outcome.sent && relayed !== null ? { ...outcome, relayed } : outcome
    for (const entry of byRecipient.get(recipient) ?? []) outcomes.set(entry, told)
  }
  return outcomes
}

const isAsciiOctet = (octet: number): boolean => octet < 0x80

/** Reads no further than the first octet of eight bits. */
async function isAsciiFrom({ content }: QueueEntry, start: number, store: Store): Promise<boolean> {
  for await (const octets of store.contents.read(content, start)) if (!octets.every(isAsciiOctet)) return false
  return true
}

/** Says whether a server can have the message as it is, and the addresses to use; or why not (RFC 6531 §3.6). */
function envelopeFor(
  entry: QueueEntry,
  headerIsAscii: boolean,
  supportsSmtpUtf8: boolean,
): { readonly reversePath: string; readonly recipient: string } | null {
  const { reversePath, recipient } = entry
  if (supportsSmtpUtf8 || (isAscii(reversePath + recipient) && (headerIsAscii || entry.options.smtpUtf8 !== true))) {
    return { reversePath, recipient }
  }
  const ascii = { reversePath: asciiForm(reversePath), recipient: asciiForm(recipient) }
  if (!headerIsAscii || ascii.reversePath === null || ascii.recipient === null) return null
  return { reversePath: ascii.reversePath, recipient: ascii.recipient }
}
