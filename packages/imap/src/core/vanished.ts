/** The VANISHED response: expunges by UID, for extensions that tell of them so (RFC 7162 §3.2.10). */
import type { UidRanges } from '@lemonade/store'
import type { Response } from '../response.ts'
import { Writer } from '../wire/writer.ts'

/** Lines of UIDs are broken here: clients give such lists back, and are to keep their lines as short (RFC 7162 §4). */
const lineOctets = 8_000

/** UIDs behind `words`, in as many responses as keep their lines short. */
export function* vanished(words: string, uids: UidRanges): Generator<Response, void, void> {
  const w = new Writer()
  for (const { first, last } of uids) {
    if (w.length === 0) w.ascii('* ').ascii(words)
    else w.ascii(',')
    w.number(first)
    if (last > first) w.ascii(':').number(last)
    if (w.length >= lineOctets) yield w.crlf().take()
  }
  if (w.length > 0) yield w.crlf().take()
}
