/** DKIM-Signature fields (RFC 6376 §3.5), with RSA of 2048 bits and Ed25519 over SHA-256 (RFC 8301 §3, RFC 8463 §3). */
import { createHash, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { fieldValue, type HeaderField, headerFields } from '@lemonade/mime'
import type { DkimKey } from '@lemonade/store'
import { relaxedField } from './relaxed.ts'

export interface SigningKey {
  /** `d=`, in A-labels. */
  readonly domain: string
  readonly selector: string
  readonly algorithm: DkimKey['algorithm']
  readonly key: KeyObject
}

/**
 * Signed once more than they are there, so that nobody can add another one, which a mail program might show instead
 * (RFC 6376 §8.15): what says who wrote what to whom, and what the body is.
 */
const sealed = [
  ...['from', 'reply-to', 'to', 'cc', 'subject', 'date', 'message-id'],
  ...['mime-version', 'content-type', 'content-transfer-encoding'],
]

/** Signed where they are; others may add their own on the way, as mailing lists and resenders do (RFC 6376 §5.4.1). */
const covered = [
  ...['sender', 'in-reply-to', 'references', 'auto-submitted', 'autocrypt', 'disposition-notification-to'],
  ...['resent-date', 'resent-from', 'resent-sender', 'resent-to', 'resent-cc', 'resent-message-id'],
  ...['list-id', 'list-help', 'list-unsubscribe', 'list-unsubscribe-post', 'list-subscribe', 'list-post'],
  ...['list-owner', 'list-archive', 'tls-required', 'tls-report-domain', 'tls-report-submitter'],
]

const signAsync = promisify(sign)

/** A field a key, each with its line break. */
export async function signatureFields(
  header: Uint8Array,
  bodyHash: string,
  keys: readonly SigningKey[],
  at: number,
): Promise<string> {
  const { names, octets } = chosen(header, headerFields(header))
  const fields: string[] = []
  for (const key of keys) {
    const bare = signatureField(key, names, bodyHash, at)
    const colon = bare.indexOf(':')
    const own = relaxedField(bare.slice(0, colon), Buffer.from(bare.slice(colon + 1)))
    const value = await signed(Buffer.concat([...octets, own]), key)
    fields.push(`${bare}${folded(value)}\r\n`)
  }
  return fields.join('')
}

/** `h=` and what it stands for, in its order: of fields of one name the last is first (RFC 6376 §5.4.2). */
function chosen(
  header: Uint8Array,
  fields: readonly HeaderField[],
): { readonly names: readonly string[]; readonly octets: readonly Uint8Array[] } {
  const names: string[] = []
  const octets: Uint8Array[] = []
  const lineBreak = Buffer.from('\r\n')
  for (const name of [...sealed, ...covered]) {
    const own = fields.filter(field => field.nameLower === name).toReversed()
    for (const field of own) {
      names.push(name)
      octets.push(relaxedField(name, fieldValue(header, field)), lineBreak)
    }
    if (sealed.includes(name)) names.push(name)
  }
  return { names, octets }
}

/** All of the field but the value of `b=`, which is last. */
function signatureField(
  { domain, selector, algorithm }: SigningKey,
  names: readonly string[],
  bodyHash: string,
  at: number,
): string {
  const lines = [`DKIM-Signature: v=1; a=${algorithm}-sha256; c=relaxed/relaxed; d=${domain};`]
  lines.push(`\ts=${selector}; t=${Math.floor(at / 1000)};`)
  let line = `\th=${names[0]}`
  for (const name of names.slice(1)) {
    if (line.length + name.length + 1 > lineLength) {
      lines.push(`${line}:`)
      line = `\t ${name}`
    } else line += `:${name}`
  }
  return [...lines, `${line};`, `\tbh=${bodyHash};`, '\tb='].join('\r\n')
}

const lineLength = 76

/** RFC 8463 §3: Ed25519 signs the hash, for it would take the message whole. */
async function signed(octets: Uint8Array, { algorithm, key }: SigningKey): Promise<string> {
  const signature = await (algorithm === 'rsa'
    ? signAsync('sha256', octets, key)
    : signAsync(null, createHash('sha256').update(octets).digest(), key))
  return signature.toString('base64')
}

function folded(base64: string): string {
  return (base64.match(/.{1,72}/g) ?? []).join('\r\n\t ')
}
