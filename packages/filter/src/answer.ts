/** What the store says to a running script. */
import type { Converter } from '@lemonade/convert'
import type { AccountId, PreparedContent, Store } from '@lemonade/store'
import type { Ask } from 'sieve.js'
import type { ContentTests } from './content-tests.ts'
import { converted } from './converting.ts'
import { listAddresses, listMembers, memberOf } from './lists.ts'
import { hasUse, mailboxOf, selectable } from './mailboxes.ts'
import { duplicateKey, duplicates } from './remembering.ts'

/** Whose script it is, and over which message it runs. */
export interface Subject {
  readonly account: AccountId
  readonly content: Pick<PreparedContent, 'header' | 'read'>
}

export interface AnswerOptions {
  readonly store: Store
  readonly contentTests: ContentTests
  /** What converts parts of messages; without it, no conversion succeeds. */
  readonly converter?: Pick<Converter, 'plan' | 'convert'> | null | undefined
  /** Between user and detail (RFC 5233 §1). */
  readonly delimiter: string
}

/** Answers a question, with the script owner's eyes. Throws where it is none that this server knows. */
export async function answer(
  ask: Ask,
  subject: Subject,
  { store, contentTests, converter, delimiter }: AnswerOptions,
): Promise<unknown> {
  const { account, content } = subject
  switch (ask.ask) {
    case 'octets':
      return octets(content, ask.start, ask.end)
    case 'mailbox-exists':
      return (await mailboxOf(store, account, ask.mailbox)) !== null
    case 'mailbox-id-exists':
      return (await selectable(store, account)).some(({ mailboxId }) => mailboxId === ask.mailboxId)
    case 'special-use-exists': {
      const named = ask.mailbox === null ? null : await mailboxOf(store, account, ask.mailbox)
      if (ask.mailbox !== null) return named !== null && ask.specialUses.every(use => hasUse(named, use))
      const all = await selectable(store, account)
      return ask.specialUses.every(use => all.some(mailbox => hasUse(mailbox, use)))
    }
    case 'mailbox-metadata': {
      const mailbox = await mailboxOf(store, account, ask.mailbox)
      return mailbox === null ? null : text(await store.metadata.get({ mailbox: mailbox.id, account }, ask.entry))
    }
    case 'server-metadata':
      return text(await store.metadata.get({ mailbox: null, account }, ask.entry))
    case 'own-addresses':
      return Promise.all(ask.addresses.map(address => store.accounts.owns(account, address, delimiter)))
    case 'duplicate':
      return store.memory.has(account, duplicates, duplicateKey(ask))
    case 'list-exists':
      return (await listMembers(store, account, ask.list)) !== null
    case 'list-member':
      return memberOf(store, account, ask.list, ask.value)
    case 'list-addresses':
      return listAddresses(store, account, ask.list)
    case 'content-verdict':
      return contentTests.verdict(ask.of, content)
    case 'conversion':
      return converter ? converted(ask, subject, converter) : null
    default:
      throw new Error(`There is no answer to "${ask.ask}".`)
  }
}

async function octets(content: Subject['content'], start: number, end: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of content.read(start, end)) pieces.push(piece)
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : new Uint8Array(Buffer.concat(pieces))
}

/** Values are UTF-8 by their definition (RFC 5464 §3.1); what is not is shown as replaced. */
function text(value: Uint8Array | null): string | null {
  return value === null ? null : new TextDecoder().decode(value)
}
