/** What a page is: the octets of a request have become a question, the answer has yet to become octets. */
import type { IncomingHttpHeaders } from 'node:http'

export interface PageRequest {
  /** The name that the client asked for (RFC 9110 §7.2), in lower case, without port; '' where it said none. */
  readonly host: string
  /** As it was asked for. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Of a POST or PUT; empty for others. */
  readonly body: Uint8Array
  /** The client's address, as a proxy that is trusted tells it. */
  readonly remote: string
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface TextAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that is sent as its octets come. */
export interface StreamedAnswer {
  readonly status: number
  readonly type: string
  readonly octets: number
  /** Asked for only where the client wants them. */
  read(): AsyncIterable<Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
}

export type Answer = TextAnswer | StreamedAnswer

/** GET includes HEAD. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Page {
  readonly method: Method
  answer(request: PageRequest): Promise<Answer>
}

/**
 * By path in lower case: Outlook writes the same path in several ways, and nothing here differs by case alone. A path that
 * ends with "/*" stands for all below it that have no page of their own. Several pages of a path differ by their methods.
 */
export type Pages = Readonly<Record<string, Page | readonly Page[]>>

const plain = 'text/plain; charset=utf-8'

/** A line of text. */
export function line(status: number, text: string, headers: Readonly<Record<string, string>> = {}): TextAnswer {
  return { status, type: plain, text: `${text}\n`, headers }
}

export const notFound = line(404, 'not found')
