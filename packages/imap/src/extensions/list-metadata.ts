/** LIST-METADATA, RFC 9590: LIST with metadata entries of what it names, in one round trip. */
import { extension, type ListAddition, type ListContext, type ListEntry } from '../extension.ts'
import { metadataEntries } from '../grammar/metadata-entry.ts'
import { Bad } from '../problem.ts'
import { entryResponses, mayUseEntries } from './metadata/entries.ts'

/** Names that are no mailbox, and mailboxes whose entries are not for this session, have no METADATA response (RFC 9590 §3, §4). */
function withEntries({ access, isSelected }: ListEntry, { session }: ListContext, argument: unknown): ListAddition {
  if (!isSelected || access === null || !access.mailbox.selectable || !mayUseEntries(access)) return {}
  const names = argument as readonly string[]
  const { name, mailbox } = access
  return {
    after: entryResponses(session, { name, mailbox }, { names, depth: 0, maxSize: Number.POSITIVE_INFINITY }),
  }
}

export const listMetadata = extension({
  rfc: 9590,
  advertise: 'LIST-METADATA',
  listReturns: {
    /** return-option =/ "METADATA" SP "(" entry *(SP entry) ")" (RFC 9590 §5) */
    METADATA: {
      parse: (p, at) => {
        p.sp()
        if (!p.isNext('(')) throw new Bad('Expected "("')
        return metadataEntries(p, at)
      },
      add: withEntries,
    },
  },
})
