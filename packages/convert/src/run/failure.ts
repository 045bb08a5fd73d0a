/** Why a conversion came to nothing though nothing says that it cannot: the client is told TEMPFAIL (RFC 5259 §9). */

const sentences = {
  busy: 'Too many conversions are under way',
  closed: 'The server is stopping',
  crash: 'The conversion broke off',
  memory: 'The conversion took too much memory',
  time: 'The conversion took too long',
} as const

export type FailureKind = keyof typeof sentences

export class Failure extends Error {
  readonly kind: FailureKind
  /** For the log alone. */
  readonly detail: string

  constructor(kind: FailureKind, detail = '') {
    super(sentences[kind])
    this.name = 'Failure'
    this.kind = kind
    this.detail = detail
  }

  /** What the client is asked to wait: a queue is short, what took too long will do so again. */
  get minutes(): number {
    return this.kind === 'busy' || this.kind === 'closed' ? 1 : 10
  }
}
