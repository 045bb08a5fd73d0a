/** What a page is: the octets of a request have become a question, the answer has yet to become octets. */

export interface PageRequest {
  /** The name that the client asked for (RFC 9110 §7.2), in lower case, without port; '' where it said none. */
  readonly host: string
  readonly query: URLSearchParams
  /** Of a POST; empty for others. */
  readonly body: Uint8Array
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Page {
  /** GET includes HEAD. */
  readonly method: 'GET' | 'POST'
  answer(request: PageRequest): Promise<Answer>
}

/** By path in lower case: Outlook writes the same path in several ways, and nothing here differs by case alone. */
export type Pages = Readonly<Record<string, Page>>

const plain = 'text/plain; charset=utf-8'

/** A line of text. */
export function line(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, type: plain, text: `${text}\n`, headers }
}

export const notFound = line(404, 'not found')
