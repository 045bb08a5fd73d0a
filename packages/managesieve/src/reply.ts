/** What the server says: data lines, then one OK, NO or BYE (RFC 5804 §1.2, §1.3). */

/** Registered response codes that this server uses, and those that carry a string. */
export type ResponseCode =
  | 'ACTIVE'
  | 'ALREADYEXISTS'
  | 'AUTH-TOO-WEAK'
  | 'ENCRYPT-NEEDED'
  | 'NONEXISTENT'
  | 'QUOTA'
  | 'QUOTA/MAXSCRIPTS'
  | 'QUOTA/MAXSIZE'
  | 'TRYLATER'
  | 'WARNINGS'
  | { readonly code: 'SASL' | 'TAG'; readonly text: string }

/** One word of a data line: a string, or an atom such as ACTIVE. */
export type Word = string | { readonly atom: string }

export interface Reply {
  readonly status: 'OK' | 'NO' | 'BYE'
  readonly code?: ResponseCode
  readonly text: string
  /** Lines before the status line. */
  readonly lines?: readonly (readonly Word[])[]
  /** What the session does once the reply is on its way. */
  readonly after?: 'close' | 'start-tls'
}

export function ok(text: string, code?: ResponseCode): Reply {
  return code === undefined ? { status: 'OK', text } : { status: 'OK', text, code }
}

/** A refusal: thrown by whatever finds a reason, sent by the session; the connection goes on. */
export class No extends Error {
  readonly code: ResponseCode | undefined

  constructor(text: string, code?: ResponseCode) {
    super(text)
    this.name = 'No'
    this.code = code
  }

  get reply(): Reply {
    const { message: text, code } = this
    return code === undefined ? { status: 'NO', text } : { status: 'NO', text, code }
  }
}

/** The end of a connection that can go on no longer: sent as BYE. */
export class Bye extends Error {
  readonly code: ResponseCode | undefined

  constructor(text: string, code?: ResponseCode) {
    super(text)
    this.name = 'Bye'
    this.code = code
  }

  get reply(): Reply {
    const { message: text, code } = this
    return code === undefined ? { status: 'BYE', text } : { status: 'BYE', text, code }
  }
}
