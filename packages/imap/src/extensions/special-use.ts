/** SPECIAL-USE and CREATE-SPECIAL-USE, RFC 6154: which mailbox is for drafts, for sent mail and so on. */
import type { SpecialUse } from '@lemonade/store'
import { extension } from '../extension.ts'
import { No } from '../problem.ts'

/** The uses of RFC 6154 §2 that a client may give; \All and \Flagged would be views of other mailboxes. */
const uses: readonly SpecialUse[] = ['\\Archive', '\\Drafts', '\\Junk', '\\Sent', '\\Trash']

export const specialUse = extension({
  rfc: 6154,
  advertise: ['SPECIAL-USE', 'CREATE-SPECIAL-USE'],
  // §2; with or without the return option
  listAttributes: entry => entry.access?.mailbox.specialUse ?? [],
  listSelects: {
    'SPECIAL-USE': {
      implies: ['SPECIAL-USE'],
      names: async mailboxes => mailboxes.filter(one => one.mailbox.specialUse.length > 0).map(one => one.name),
    },
  },
  listReturns: { 'SPECIAL-USE': { add: entry => ({ attributes: entry.access?.mailbox.specialUse ?? [] }) } },
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
