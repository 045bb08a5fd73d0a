/** LIST-MYRIGHTS, RFC 8440: LIST with the rights to what it names, in one round trip. */
import { extension } from '../extension.ts'
import { myRightsResponse } from './acl.ts'

export const listMyRights = extension({
  rfc: 8440,
  advertise: 'LIST-MYRIGHTS',
  listReturns: {
    MYRIGHTS: {
      // A name without a mailbox has no rights to it (§4).
      add: ({ access }, { session }) =>
        access?.mailbox.selectable ? { after: [myRightsResponse(session, access)] } : {},
    },
  },
})
