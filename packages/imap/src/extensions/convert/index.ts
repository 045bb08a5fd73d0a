/** CONVERT, RFC 5259: the server fits parts of messages to the device that asks for them; what is stored stays as it is. */
import { extension } from '../../extension.ts'
import { convert } from './command.ts'
import { conversions } from './conversions.ts'
import { urlItem } from './url-item.ts'

export const converting = extension({
  rfc: 5259,
  advertise: session => (session.shared.conversions === null ? [] : ['CONVERT']),
  commands: { CONVERT: convert, CONVERSIONS: conversions },
  urlFetchItems: { CONVERT: urlItem },
  codes: ['TEMPFAIL', 'MAXCONVERTMESSAGES', 'MAXCONVERTPARTS'],
})
