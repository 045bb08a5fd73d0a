/** Bounds of scripts that run when something happens to messages in mailboxes (RFC 6785). */
export interface EventLimits {
  /** Messages whose events wait for their script; whoever causes more waits too. */
  readonly eventMessages: number
  /** Scripts that run at a time. */
  readonly eventScripts: number
  /** Compiled scripts that are kept. */
  readonly eventScriptsKept: number
}

export const defaultEventLimits: EventLimits = { eventMessages: 10_000, eventScripts: 8, eventScriptsKept: 1000 }
