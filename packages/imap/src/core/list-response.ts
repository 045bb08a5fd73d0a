/** The LIST response (RFC 3501 §7.2.2) with extended data items (RFC 5258 §6), for LIST and all who tell of a mailbox so. */
import type { ListItem } from '../extension.ts'
import { delimiter } from '../grammar/mailbox.ts'
import type { Session } from '../session.ts'

/** mailbox-list = "(" [mbx-list-flags] ")" SP DQUOTE QUOTED-CHAR DQUOTE SP mailbox [SP mbox-list-extended] */
export function listResponse(
  session: Session,
  attributes: Iterable<string>,
  name: string,
  items: readonly ListItem[] = [],
): Uint8Array {
  return session.data(w => {
    w.ascii('LIST ').words([...attributes])
    w.ascii(` "${delimiter}" `).mailbox(name)
    for (const [at, { tag, write }] of items.entries()) {
      w.ascii(at === 0 ? ' (' : ' ')
        .string(tag)
        .sp()
      write(w)
    }
    if (items.length > 0) w.close()
  })
}
