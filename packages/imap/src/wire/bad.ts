/** The peer broke the grammar or the rules of the protocol: the command is answered with a tagged BAD (RFC 3501 §7.1.3). */
export class Bad extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Bad'
  }
}

/** The text so far is a beginning: a literal that it announces has not come yet. */
export class Waits extends Error {
  constructor() {
    super('More input is needed')
    this.name = 'Waits'
  }
}
