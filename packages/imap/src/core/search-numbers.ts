/** Results as numbers, a slice at a time: a result may be a million messages, and other connections wait for none. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pageOctets } from '../announce.ts'
import type { SearchResult } from '../extension.ts'
import type { SearchProgram } from '../grammar/search-program.ts'
import type { Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'

/** Numbers looked up in a turn. */
const sliceNumbers = 10_000

/** What the command calls the messages: UIDs, or their numbers in the view. */
export async function numbersOf(view: View, uids: Uint32Array, byUid: boolean): Promise<Uint32Array> {
  if (byUid) return uids
  if (uids.length <= sliceNumbers) return view.seqsOf(uids)
  const numbers = new Uint32Array(uids.length)
  let found = 0
  for (let at = 0; at < uids.length; at += sliceNumbers) {
    const slice = view.seqsOf(uids.subarray(at, at + sliceNumbers))
    numbers.set(slice, found)
    found += slice.length
    await nextTurn()
  }
  return numbers.subarray(0, found)
}

/** "SEARCH" or "SORT" *(SP nz-number) [SP search-sort-mod-seq] (RFC 3501 §7.2.5, RFC 5256 §5, RFC 7162 §7) */
export async function* plainResponse(
  session: Session,
  name: string,
  { uids, numbers }: SearchResult,
  { says }: SearchProgram,
): AsyncGenerator<Response, void, void> {
  const w = session.writer(Math.min(pageOctets, 64 + numbers.length * 8))
  w.ascii(`* ${name}`)
  for (const number of numbers) {
    w.sp().number(number)
    if (w.length < pageOctets) continue
    yield w.take()
    await nextTurn()
  }
  if (uids.length > 0) for (const { name, value } of says) w.ascii(` (${name} ${value(session.view, uids)})`)
  yield w.crlf().take()
}
