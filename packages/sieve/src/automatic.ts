/** What a message must be for an automatic answer to be right (RFC 3834 §2, RFC 5230 §4.6). */
import type { SieveEnvelope, SieveMessage } from './message.ts'

/** Fields of mailing lists (RFC 2369 §3, RFC 2919 §2). */
const listFields = ['id', 'help', 'subscribe', 'unsubscribe', 'post', 'owner', 'archive'].map(word => `list-${word}`)

/** Addresses behind which nobody reads; a postmaster is somebody (RFC 5230 §4.6). */
const robots =
  /^(?:mailer-daemon|listserv|majordomo|lists?erver|daemon|noreply|no-reply|do-?not-?reply|autoresponder|owner-.*|.*-(?:request|owner|bounces?)|bounces?[-+=].*|.*-bounces?[-+=].*)$/i

/** Why nobody must answer a message by itself, in a sentence; null where nothing forbids it. */
export function whyUnanswerable(message: SieveMessage, envelope: SieveEnvelope): string | null {
  const { from } = envelope
  if (from === '') return 'it came with the null reverse-path'
  if (robots.test(from.slice(0, Math.max(from.lastIndexOf('@'), 0)))) return 'its sender is a program'
  if (isAutomatic(message)) return 'it was sent by a program itself (Auto-Submitted)'
  const list = listFields.find(name => message.rawHeader(name).length > 0)
  if (list !== undefined) return 'it came through a mailing list'
  if (message.header('precedence').some(value => /^(?:bulk|junk|list)\b/i.test(value))) return 'it is bulk mail'
  const suppressed = message.header('x-auto-response-suppress')
  if (suppressed.some(value => /\b(?:all|oof|autoreply)\b/i.test(value))) return 'its sender wants no automatic answer'
  if (message.header('content-type').some(value => /^multipart\/report\b/i.test(value))) return 'it is a report'
  return null
}

/** True for a message with Auto-Submitted and another keyword than "no" (RFC 3834 §5). */
export function isAutomatic(message: SieveMessage): boolean {
  return message.rawHeader('auto-submitted').some(value => !/^\s*(?:\([^)]*\)\s*)?no\s*(?:;|\(|$)/i.test(value))
}
