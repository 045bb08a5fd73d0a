/**
 * CONVERT in URLFETCH: what a URL names, converted. RFC 5524 §3.2 has its answers tell of conversions and its syntax leaves
 * room for items to ask for them, but no RFC has named one; this is CONVERT's own convert-params behind the URL.
 */
import type { UrlFetchItem } from '../../extension.ts'
import { writeConverted, writeStructure } from './converted-octets.ts'
import { bodyOf, convertBody, noPart } from './part.ts'
import { refusalOf, writeRefusal } from './refusal.ts'
import { convertParams, type Wanted } from './request.ts'

export const urlItem: UrlFetchItem = {
  // What BODY gives is as it stands in the message.
  excludes: ['BODY'],
  parse: convertParams,
  async replace(session, { found }, argument, signal) {
    const wanted = argument as Wanted
    const { content, section, partial } = found
    const { conversions } = session.shared
    try {
      if (section.text !== null || conversions === null) throw noPart(wanted.target)
      const body = bodyOf(content, await session.store.contents.structure(content), section.path, wanted)
      const part = await convertBody({ session, conversions, wanted, signal }, body)
      return {
        write: w => writeConverted(w, part, partial),
        writeStructure: w => writeStructure(w, part, partial),
      }
    } catch (error) {
      const refusal = refusalOf(error, session)
      return w => writeRefusal(w, session, refusal)
    }
  },
}
