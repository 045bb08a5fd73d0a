import { asciiForm, isAscii } from '@lemonade/esmtp'
import { headerEnd } from '@lemonade/mime'
import type { Instant, QueueEntry, Store } from '@lemonade/store'
import { returnPathEnd } from '../return-path.ts'
import type { Signer } from '../signing/signer.ts'
import type { Client, Outcome } from './client.ts'
import { byParameter, relayReason, whyNotRelayed, withDelay } from './deliver-by.ts'
import { withPriorityField } from './priority-field.ts'
import { inEightBits, inSevenBits, type Sendable } from './seven-bits.ts'

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

/**
 * Sends entries of one batch in one transaction; each has an outcome afterwards. What `before` waits for is done before the
 * server has the message.
 */
export async function transmit(
  client: Client,
  entries: readonly QueueEntry[],
  store: Store,
  signer: Signer | null,
  now: () => Instant,
  before?: () => Promise<void>,
): Promise<ReadonlyMap<QueueEntry, Outcome>> {
  const outcomes = new Map<QueueEntry, Outcome>()
  const [first] = entries
  if (first === undefined) return outcomes
  const { by } = first.options
  const least = client.leastByTime
  const refused = whyNotRelayed(by, least, now())
  if (refused !== null) return new Map(entries.map(entry => [entry, refused]))
  const { header, read } = await opened(first, store)
  // RFC 5321 §4.4: what goes on carries no Return-Path.
  const start = returnPathEnd(header)
  const supports = (keyword: string) => client.extensions.includes(keyword)
  const form = await formFor(first, start, store, supports, read)
  if (form === null) {
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
  const isSigned = signer !== null && first.options.authored === true
  const { priority } = first.options
  const ranked = supports('MT-PRIORITY') ? form.sendable : await withPriorityField(form.sendable, header, priority)
  const name = ranked === form.sendable ? form.name : `${form.name}, priority ${priority ?? 0}`
  const message = isSigned ? await signer.signed(ranked, `${first.content} ${name}`) : ranked
  const relayed = relayReason(by, least, now())
  const sent = await client.send({
    reversePath,
    recipients: [...byRecipient.keys()],
    ...message,
    ...(form.body === undefined ? {} : { body: form.body }),
    options: relayed === 'untimed' ? withDelay(first.options) : first.options,
    ...(by === undefined || least === null ? {} : { by: () => byParameter(by, now()) }),
    ...(before === undefined ? {} : { before }),
  })
  for (const [recipient, outcome] of sent) {
    const told = outcome.sent && relayed !== null ? { ...outcome, relayed } : outcome
    for (const entry of byRecipient.get(recipient) ?? []) outcomes.set(entry, told)
  }
  return outcomes
}

interface Form {
  readonly sendable: Sendable
  /** Distinguishes what a content can be sent as. */
  readonly name: 'as it is' | '8bit' | '7bit'
  readonly body?: 'BINARYMIME' | '8BITMIME'
}

/** The message as the server takes it; null where that cannot be. */
async function formFor(
  entry: QueueEntry,
  start: number,
  store: Store,
  supports: (keyword: string) => boolean,
  read: (start: number) => AsyncIterable<Uint8Array>,
): Promise<Form | null> {
  const { content, octets, options } = entry
  const asIs = { octets: octets - start, read: () => read(start) }
  const isBinary = options.body === 'BINARYMIME'
  if (isBinary && supports('BINARYMIME') && supports('CHUNKING')) {
    return { sendable: asIs, name: 'as it is', body: 'BINARYMIME' }
  }
  if (isBinary && supports('8BITMIME')) {
    const sendable = await inEightBits(store, content, start)
    return sendable && { sendable, name: '8bit', body: '8BITMIME' }
  }
  if (!isBinary && (supports('8BITMIME') || (await isSevenBits(read(start))))) {
    return { sendable: asIs, name: 'as it is' }
  }
  const sendable = await inSevenBits(store, content, start, isBinary)
  return sendable && { sendable, name: '7bit' }
}

const isAsciiOctet = (octet: number): boolean => octet < 0x80

/** Reads no further than the first octet of eight bits. */
async function isSevenBits(message: AsyncIterable<Uint8Array>): Promise<boolean> {
  for await (const octets of message) if (!octets.every(isAsciiOctet)) return false
  return true
}

/** Larger ones are read as they are sent. */
const smallOctets = 65_536

/** A message that is ready to be read, a small one from memory. */
async function opened(
  { content, octets }: QueueEntry,
  { contents }: Store,
): Promise<{ header: Uint8Array; read(start: number): AsyncIterable<Uint8Array> }> {
  if (octets > smallOctets) {
    const { bodyStart } = await contents.structure(content)
    const header = await contents.readAll(content, 0, bodyStart)
    return { header, read: start => contents.read(content, start) }
  }
  const whole = await contents.readAll(content)
  return {
    header: whole.subarray(0, headerEnd(whole)),
    read: async function* (start) {
      if (start < whole.length) yield whole.subarray(start)
    },
  }
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
