/**
 * What filters in front of the scripts have found out about a message (RFC 5235): one interface, whoever tests. The result
 * stands in header fields: those that this server writes when it has asked a filter, or those that a filter adds on the way
 * here; such a one must take away fields of that name that come with a message, and only the first one counts, which is
 * the last one added.
 */
import { headerFields, unfoldedText } from '@lemonade/mime'
import type { PreparedContent } from '@lemonade/store'
import type { ContentVerdict } from 'sieve.js'
import { ownVerdict } from './own-results.ts'

/** Says what was found, null where the message was not tested for it. */
export interface ContentTests {
  verdict(of: 'spam' | 'virus', content: Pick<PreparedContent, 'header'>): Promise<ContentVerdict | null>
}

export const noContentTests: ContentTests = { verdict: async () => null }

/** Fields with the results of filters, as the administrator configures them. */
export interface TestedBy {
  readonly spam: {
    readonly field: string
    /** Scores up to which a message is clear, and from which it is certainly spam. */
    readonly clear: number
    readonly certain: number
  } | null
  readonly virus: { readonly field: string } | null
}

export function testedByFields({ spam, virus }: TestedBy): ContentTests {
  return {
    async verdict(of, { header }) {
      if (of === 'spam') {
        const value = spam === null ? null : firstField(header, spam.field)
        return spam === null || value === null ? null : spamVerdict(value, spam)
      }
      const value = virus === null ? null : firstField(header, virus.field)
      return value === null ? null : virusVerdict(value)
    },
  }
}

/** Tests whose results this server writes itself; what they do not know, the others are asked. */
export function testedHere(
  here: { readonly spam: boolean; readonly virus: boolean },
  others: ContentTests,
): ContentTests {
  return {
    async verdict(of, content) {
      return (here[of] ? ownVerdict(of, content.header) : null) ?? others.verdict(of, content)
    },
  }
}

function firstField(header: Uint8Array, name: string): string | null {
  const field = headerFields(header).find(({ nameLower }) => nameLower.trimEnd() === name.toLowerCase())
  return field === undefined ? null : unfoldedText(header, field).trim()
}

/** `5.3`, `5.3 / 15.00`, `Yes, score=5.3 required=5.0`: the score is the first number, or the one behind "score=". */
function spamVerdict(text: string, { clear, certain }: NonNullable<TestedBy['spam']>): ContentVerdict | null {
  const [, named, first] = /score\s*=\s*(-?\d+(?:\.\d+)?)|^[^\d-]*(-?\d+(?:\.\d+)?)/i.exec(text.slice(0, 200)) ?? []
  const found = named ?? first
  if (found === undefined) return null
  const score = Number(found)
  // A score above what is clear is not clear, though it be by less than one per cent; and the same at the other end.
  const between = Math.min(99, Math.max(1, Math.round(((score - clear) / (certain - clear)) * 100)))
  return { value: score <= clear ? 0 : score >= certain ? 100 : between, text }
}

const clean = /^(?:clean|no|none|not? infected|ok|passed)\b/i
const infected = /^(?:infected|yes|virus|found|malware)\b/i

/** `clean`, `infected (Eicar)`, or a number of RFC 5235 §3.3 itself. */
function virusVerdict(text: string): ContentVerdict | null {
  const digit = /^([1-5])(?:\s|$)/.exec(text)?.[1]
  if (digit !== undefined) return { value: Number(digit), text: text.slice(1).trim() }
  if (clean.test(text)) return { value: 1, text }
  return infected.test(text) ? { value: 5, text } : null
}
