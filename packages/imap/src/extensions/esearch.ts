/** ESEARCH, RFC 4731: the least, the greatest, the number or the set of the messages that a search has found. */
import { extension, type SearchResult } from '../extension.ts'
import type { Writer } from '../wire/writer.ts'

/** One end of the result, which an empty one does not have (RFC 4731 §3.1). */
function end(w: Writer, name: string, number: number | undefined): void {
  if (number !== undefined) w.ascii(` ${name} `).number(number)
}

const everything = ({ uids }: SearchResult) => uids

export const esearch = extension({
  rfc: 4731,
  advertise: 'ESEARCH',
  searchReturns: {
    MIN: { names: ({ uids }) => uids.subarray(0, 1), write: (w, { numbers }) => end(w, 'MIN', numbers[0]) },
    MAX: { names: ({ uids }) => uids.subarray(-1), write: (w, { numbers }) => end(w, 'MAX', numbers.at(-1)) },
    COUNT: { names: everything, write: (w, { numbers }) => w.ascii(' COUNT ').number(numbers.length) },
    ALL: {
      names: everything,
      *stream(w, { numbers }) {
        if (numbers.length === 0) return
        w.ascii(' ALL ')
        yield* w.numbersInSteps(numbers)
      },
    },
  },
})
