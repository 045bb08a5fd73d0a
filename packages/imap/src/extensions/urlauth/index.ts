/**
 * URLAUTH, RFC 4467: URLs that carry the right to fetch what they name, with the access identifiers of RFC 5593.
 *
 * Tokens, keys and rights are `@lemonade/urlauth`'s, which message submission shares.
 */
import { extension } from '../../extension.ts'
import { genUrlAuth } from './genurlauth.ts'
import { resetKey } from './resetkey.ts'
import { urlFetch } from './urlfetch.ts'
import { replaced, selected } from './urlmech.ts'

export const urlAuth = extension({
  rfc: 4467,
  advertise: 'URLAUTH',
  commands: { GENURLAUTH: genUrlAuth, RESETKEY: resetKey, URLFETCH: urlFetch },
  selectData: selected,
  announce: { when: 'always', beside: replaced },
  codes: ['URLMECH'],
})
