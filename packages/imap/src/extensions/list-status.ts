/** LIST-STATUS, RFC 5819: LIST with the STATUS of what it names, in one round trip. */
import { StoreError } from '@lemonade/store'
import { enableForItems, type StatusItems, statusItems, statusResponse } from '../core/status.ts'
import { extension, type ListAddition, type ListContext, type ListEntry } from '../extension.ts'

/** What has messages and may be read has a STATUS; what was listed and cannot be selected is \Noselect (RFC 5819 §2). */
async function withStatus(
  { access, isSelected }: ListEntry,
  { session }: ListContext,
  argument: unknown,
): Promise<ListAddition> {
  const items = argument as StatusItems
  if (!isSelected || access === null || !access.mailbox.selectable) return {}
  if (!access.rights.has('r')) return notSelectable
  try {
    return { after: [...enableForItems(session, items), await statusResponse(session, access, items)] }
  } catch (error) {
    // It went after the names were read.
    if (error instanceof StoreError && error.problem === 'no-such-mailbox') return notSelectable
    throw error
  }
}

const notSelectable: ListAddition = { attributes: ['\\Noselect'] }

export const listStatus = extension({
  rfc: 5819,
  advertise: 'LIST-STATUS',
  listReturns: {
    /** status-option = "STATUS" SP "(" status-att *(SP status-att) ")" (RFC 5819 §4) */
    STATUS: {
      parse: (p, at) => {
        p.sp()
        return statusItems(p, at)
      },
      add: withStatus,
    },
  },
})
