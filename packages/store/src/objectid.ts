/** Object identifiers (RFC 8474): a letter for the kind and the number. They are never given twice. */
import type { ContentId, MailboxId } from './model.ts'

export function mailboxIdOf(mailbox: MailboxId): string {
  return `F${mailbox.toString(36)}`
}

/** One content, one EMAILID: copies share it (RFC 8474 §5.1). */
export function emailIdOf(content: ContentId): string {
  return `M${content.toString(36)}`
}

/** A thread bears the number of the content that began it (RFC 8474 §5.2). */
export function threadIdOf(thread: number): string {
  return `T${thread.toString(36)}`
}

/** The number in an identifier of a kind; null where the text is no such identifier. */
export function numberOf(kind: 'F' | 'M' | 'T', id: string): number | null {
  if (!/^[A-Z][0-9a-z]{1,11}$/.test(id) || id[0] !== kind) return null
  const number = Number.parseInt(id.slice(1), 36)
  return Number.isSafeInteger(number) && id === kind + number.toString(36) ? number : null
}
