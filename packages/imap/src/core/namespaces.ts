/** Where a user's own mailboxes begin, and where those of others that may be seen (RFC 2342 §5). */
import { otherUsers } from '@lemonade/store'
import { delimiter } from '../grammar/mailbox.ts'
import type { Session } from '../session.ts'
import { encodeUtf7 } from '../wire/utf7.ts'

/** The NAMESPACE response; where a prefix has a name in the client's language, with that (RFC 5255 §3.4). */
export function namespaces(session: Session): Uint8Array {
  const translation = session.say(otherUsers)
  return session.data(w => {
    w.ascii(`NAMESPACE (("" "${delimiter}")) (("${otherUsers}${delimiter}" "${delimiter}"`)
    if (translation !== otherUsers) {
      const name = `${translation}${delimiter}`
      w.ascii(' "TRANSLATION" (')
        .string(session.utf8 ? name : encodeUtf7(name))
        .close()
    }
    w.ascii(')) NIL')
  })
}
