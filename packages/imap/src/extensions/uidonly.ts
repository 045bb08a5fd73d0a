/** UIDONLY, RFC 9586: messages have no numbers any more for a client that has enabled it, neither to and fro. */
import { vanished } from '../core/vanished.ts'
import { extension } from '../extension.ts'
import { rangesOf } from '../wire/number-set.ts'

export const uidonly = extension({
  rfc: 9586,
  advertise: 'UIDONLY',
  enable: { name: 'UIDONLY' }, // §3.1
  announce: {
    when: 'enabled',
    // [UNSEEN n] is a number too.
    dialect: { numbersRefused: 'UIDREQUIRED', uidItem: false, unseen: false },
    fetchStart: (w, _, uid) => w.ascii('* ').number(uid).ascii(' UIDFETCH ('), // §3.3
    expunged: (_, uids) => vanished('VANISHED ', rangesOf(uids)), // §3.4
  },
  codes: ['UIDREQUIRED'],
})
