/**
 * Return paths of mail that goes on to elsewhere, by the Sender Rewriting Scheme: the next server would look whether we
 * may send for the sender's domain (SPF), and we may not. So the return path becomes one of ours that has the sender's in
 * it, signed and with a date: what comes back to it goes to the sender, and nobody can have us send to anybody else.
 *
 *     SRS0=signature=date=domain=local@ours
 *     SRS1=signature=domain==signature=date=domain=local@ours    of one that another server has rewritten
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { asciiDomain, domainOf, parseAddress } from '@lemonade/esmtp'
import type { Instant } from '@lemonade/store'

export interface ReturnPathOptions {
  readonly secret: () => Promise<Uint8Array>
  /** How long one comes back. */
  readonly days: number
  readonly now: () => Instant
}

/** RFC 5321 §4.5.3.1.1; not all servers take more. */
const localOctets = 64
const dayMilliseconds = 86_400_000
/** Days are counted round, in two letters. */
const days = 1024
/** RFC 4648 §6 in lower case: some servers on the way do not keep the case of a local part. */
const letters = 'abcdefghijklmnopqrstuvwxyz234567'
const signatureLetters = 8

const ownForm = /^SRS0[=+-]([a-z2-7]{8})=([a-z2-7]{2})=([^=@]+)=(.+)$/i
const guardedForm = /^SRS1[=+-]([a-z2-7]{8})=([^=@]+)=([=+-].+)$/i
const rewritten = /^SRS0([=+-].+)$/i
const rewrittenTwice = /^SRS1[=+-][^=]*=([^=@]+)=([=+-].+)$/i

/** True for an address that is a return path of this scheme, of whomever. */
export function isReturnPath(address: string): boolean {
  return /^SRS[01][=+-]/i.test(address)
}

export class ReturnPaths {
  readonly #options: ReturnPathOptions

  constructor(options: ReturnPathOptions) {
    this.#options = options
  }

  /** A return path at a domain of ours; the same where the scheme has no room for it. */
  async away(reversePath: string, domain: string): Promise<string> {
    const local = reversePath.slice(0, Math.max(0, reversePath.lastIndexOf('@')))
    // In US-ASCII it needs no more of the next server than the address did (RFC 6531 §3.2).
    const host = asciiDomain(domainOf(reversePath))
    // What needs quotes (RFC 5321 §4.1.2) would need them inside it.
    if (host === '' || parseAddress(reversePath) === null) return reversePath
    const [, first = host, rest] = rewrittenTwice.exec(local) ?? [null, host, rewritten.exec(local)?.[1]]
    const text = rest === undefined ? `${this.#today()}=${host}=${local}` : `${first}=${rest}`
    const path = `SRS${rest === undefined ? 0 : 1}=${await this.#signature(text)}=${text}`
    const fits = Buffer.byteLength(path) <= localOctets && parseAddress(`${path}@${domain}`)?.local === path
    return fits ? `${path}@${domain}` : reversePath
  }

  /** Who it was before it was rewritten here; null for what is not from here, or too old. */
  async back(address: string): Promise<string | null> {
    const local = address.slice(0, address.lastIndexOf('@'))
    const [, signature, date, host, mailbox] = ownForm.exec(local) ?? []
    if (signature !== undefined && date !== undefined) {
      const isOurs = await this.#isSigned(`${date}=${host}=${mailbox}`, signature)
      return isOurs && this.#isRecent(date) ? valid(`${mailbox}@${host}`) : null
    }
    const [, guard, first, rest] = guardedForm.exec(local) ?? []
    if (guard === undefined || !(await this.#isSigned(`${first}=${rest}`, guard))) return null
    return valid(`SRS0${rest}@${first}`)
  }

  async #signature(text: string): Promise<string> {
    const octets = createHmac('sha256', await this.#options.secret())
      .update(text.toLowerCase())
      .digest()
    return Array.from(octets.subarray(0, signatureLetters), octet => letters[octet & 31]).join('')
  }

  async #isSigned(text: string, signature: string): Promise<boolean> {
    return timingSafeEqual(Buffer.from(await this.#signature(text)), Buffer.from(signature.toLowerCase()))
  }

  #today(): string {
    const day = Math.floor(this.#options.now() / dayMilliseconds) % days
    return `${letters[day >> 5]}${letters[day & 31]}`
  }

  #isRecent(date: string): boolean {
    const [high = -1, low = -1] = [...date.toLowerCase()].map(letter => letters.indexOf(letter))
    const age = Math.floor(this.#options.now() / dayMilliseconds) - (high * 32 + low)
    return ((age % days) + days) % days <= this.#options.days
  }
}

/** The address, where it is one. */
function valid(address: string): string | null {
  return parseAddress(address)?.address ?? null
}
