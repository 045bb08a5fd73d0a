/** SPECIAL-USE and CREATE-SPECIAL-USE, RFC 6154: which mailbox is for drafts, for sent mail and so on. */
import type { SpecialUse } from '@lemonade/store'
import { extension, type ListContext, type ListEntry } from '../extension.ts'
import { No } from '../problem.ts'

/** The uses of RFC 6154 §2 that a client may give; \All and \Flagged would be views of other mailboxes. */
const uses: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash']

/** What the owner of a mailbox uses it for is nothing to others, who would take it for their own. */
function usesOf({ access }: Pick<ListEntry, 'access'>, { session }: ListContext): readonly SpecialUse[] {
  return access?.mailbox.account === session.account ? access.mailbox.specialUse : []
}

export const specialUse = extension({
  rfc: 6154,
  advertise: ['SPECIAL-USE', 'CREATE-SPECIAL-USE'],
  // §2; with or without the return option
  listAttributes: usesOf,
  listSelects: {
    'SPECIAL-USE': {
      implies: ['SPECIAL-USE'],
      names: async (mailboxes, list) =>
        mailboxes.filter(access => usesOf({ access }, list).length > 0).map(one => one.name),
    },
  },
  listReturns: { 'SPECIAL-USE': { add: (entry, list) => ({ attributes: usesOf(entry, list) }) } },
  createParams: {
    /** "USE" SP "(" [use-attr *(SP use-attr)] ")" (RFC 6154 §6) */
    USE: {
      parse: p => {
        p.sp()
        return { specialUse: p.list(() => use(p.flag())) }
      },
    },
  },
  codes: ['USEATTR'], // §6
})

function use(attribute: string): SpecialUse {
  const known = uses.find(one => one.toLowerCase() === attribute.toLowerCase())
  if (known === undefined) throw new No('That use cannot be given to a mailbox', 'USEATTR')
  return known
}
