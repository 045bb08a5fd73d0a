/** The peer broke the grammar or the rules of the protocol: the command is answered with a tagged BAD (RFC 3501 §7.1.3). */
export class Bad extends Error {
  /** A response code for it, where the RFC gives one. */
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.name = 'Bad'
    this.code = code
  }
}

/** The text so far is a beginning: a literal that it announces has not come yet. */
export class Waits extends Error {
  constructor() {
    super('More input is needed')
    this.name = 'Waits'
  }
}
