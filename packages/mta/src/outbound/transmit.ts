import { asciiForm, isAscii } from '@lemonade/esmtp'
import type { QueueEntry, Store } from '@lemonade/store'
import { returnPathEnd } from '../return-path.ts'
import type { Client, Outcome } from './client.ts'

const needsSmtpUtf8: Outcome = {
  sent: false,
  permanent: true,
  status: '5.6.7',
  reply: 'the server does not take internationalized mail',
}

/** Sends entries of one batch in one transaction; each has an outcome afterwards. */
export async function transmit(
  client: Client,
  entries: readonly QueueEntry[],
  store: Store,
): Promise<ReadonlyMap<QueueEntry, Outcome>> {
  const outcomes = new Map<QueueEntry, Outcome>()
  const [first] = entries
  if (first === undefined) return outcomes
  const { bodyStart } = await store.contents.structure(first.content)
  const header = await store.contents.readAll(first.content, 0, bodyStart)
  const headerIsAscii = header.every(octet => octet < 0x80)
  // RFC 5321 §4.4: what goes on carries no Return-Path.
  const start = returnPathEnd(header)
  const byRecipient = new Map<string, QueueEntry[]>()
  let reversePath = first.reversePath
  for (const entry of entries) {
    const envelope = envelopeFor(entry, headerIsAscii, client.extensions.includes('SMTPUTF8'))
    if (envelope === null) {
      outcomes.set(entry, needsSmtpUtf8)
      continue
    }
    reversePath = envelope.reversePath
    byRecipient.set(envelope.recipient, [...(byRecipient.get(envelope.recipient) ?? []), entry])
  }
  if (byRecipient.size === 0) return outcomes
  const sent = await client.send({
    reversePath,
    recipients: [...byRecipient.keys()],
    octets: first.octets - start,
    options: first.options,
    read: () => store.contents.read(first.content, start),
  })
  for (const [recipient, outcome] of sent) {
    for (const entry of byRecipient.get(recipient) ?? []) outcomes.set(entry, outcome)
  }
  return outcomes
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
