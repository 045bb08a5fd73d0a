/** HTTP POSTs: bounded in time and in what is read of the answer; they follow no redirect. */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { type Destinations, lookupFor } from './destination.ts'

export interface Answer {
  readonly status: number
  /** The Retry-After field, in milliseconds from now; null where there is none (RFC 9110 §10.2.3). */
  readonly retryAfterMilliseconds: number | null
  /** As much of it as may be read. */
  readonly body: Buffer
}

export interface Post {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface PosterOptions {
  readonly destinations: Destinations
  readonly requestMilliseconds: number
  readonly answerOctets: number
  /** Connections to one server at a time. Default: 1. */
  readonly connections?: number
  /** For tests; default: the system's. */
  readonly lookup?: LookupFunction | undefined
}

/** A connection that nobody has used for so long is closed. */
const idleMilliseconds = 30_000

/** Posts over connections that are kept alive, where servers let them. */
export class Poster {
  readonly #options: PosterOptions
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent }

  constructor(options: PosterOptions) {
    this.#options = options
    const agent = { keepAlive: true, maxSockets: options.connections ?? 1, timeout: idleMilliseconds }
    this.#agents = { http: new HttpAgent(agent), https: new HttpsAgent(agent) }
  }

  /**
   * Rejects where no answer comes in time. `post` makes what is sent, anew for each attempt. A user and password in the
   * URL are sent as basic authentication.
   */
  async post(url: URL, post: () => Post, signal: AbortSignal): Promise<Answer> {
    const timed = AbortSignal.any([signal, AbortSignal.timeout(this.#options.requestMilliseconds)])
    for (;;) {
      const attempt = this.#send(url, post(), timed)
      try {
        return await attempt.answer
      } catch (error) {
        // A kept-alive connection may have been closed by the peer just as it was used again: that says nothing.
        const lost = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && attempt.request.reusedSocket
        if (timed.aborted || !lost) throw error
      }
    }
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  #send(url: URL, { headers, body }: Post, signal: AbortSignal): { request: ClientRequest; answer: Promise<Answer> } {
    const { destinations, lookup } = this.#options
    const isSecure = url.protocol === 'https:'
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: isSecure ? this.#agents.https : this.#agents.http,
      signal,
      headers: { 'user-agent': 'Lemonade', ...headers, 'content-length': String(body.length) },
      lookup: lookupFor(destinations, url.hostname, lookup),
    })
    const answer = new Promise<Answer>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', response => this.#read(response).then(resolve, reject))
    })
    request.end(body)
    return { request, answer }
  }

  async #read(response: IncomingMessage): Promise<Answer> {
    let octets = 0
    const chunks: Buffer[] = []
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      octets += (chunk as Buffer).length
      // Leaving the loop destroys the connection, which is what a target that talks this much deserves.
      if (octets > this.#options.answerOctets) break
    }
    return {
      status: response.statusCode ?? 0,
      retryAfterMilliseconds: retryAfter(response.headers['retry-after']),
      body: Buffer.concat(chunks).subarray(0, this.#options.answerOctets),
    }
  }
}

/** Retry-After = HTTP-date / delay-seconds */
function retryAfter(value: string | undefined): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
