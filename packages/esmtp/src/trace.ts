/** Trace fields (RFC 5321 §4.4): Received and Return-Path. */
import { isIPv6 } from 'node:net'
import type { Session } from './session.ts'

export interface Trace {
  readonly session: Session
  /** Names the message in the log and in the field. */
  readonly id: string
  readonly at: number
  /** The protocol is a UTF8 one (RFC 6531 §4.3). */
  readonly utf8: boolean
  /** The recipient, where there is one only: more would tell each of the others (RFC 5321 §7.2). */
  readonly for: string | null
  /** MT-PRIORITY as it was given, where it was (RFC 6710 §4.1). */
  readonly priority?: number | undefined
  /** False leaves the client and its address out (submission: where somebody is, is nobody's business). */
  readonly from: boolean
}

/** Time-stamp-line (RFC 5321 §4.4), with its CRLF. */
export function receivedField(trace: Trace): string {
  const { session } = trace
  const clauses = [
    trace.from ? `from ${fromDomain(session)}` : null,
    `by ${session.hostname} (Lemonade) with ${withProtocol(session, trace.utf8)} id ${trace.id}`,
    trace.for === null ? null : `for <${trace.for}>`,
    trace.priority === undefined ? null : `PRIORITY ${trace.priority}`,
  ].filter(clause => clause !== null)
  return `Received: ${clauses.join('\r\n\t')};\r\n\t${dateTime(trace.at)}\r\n`
}

/** The same for a message that came from this server's own queue. */
export function localReceivedField(facts: { hostname: string; id: string; at: number; for: string }): string {
  const by = `by ${facts.hostname} (Lemonade) with local id ${facts.id}`
  return `Received: ${by}\r\n\tfor <${facts.for}>;\r\n\t${dateTime(facts.at)}\r\n`
}

/** Return-path-line (RFC 5321 §4.4), with its CRLF; it stands before everything else. */
export function returnPathField(reversePath: string): string {
  return `Return-Path: <${reversePath}>\r\n`
}

/** From-domain = "FROM" FWS Extended-Domain, whose TCP-info is an address literal. */
function fromDomain({ hello, remote }: Session): string {
  const literal = isIPv6(remote.host) ? `[IPv6:${remote.host}]` : `[${remote.host}]`
  // isHelloName let the name in: no space, no bracket that is not a literal's.
  return `${hello?.name ?? 'unknown'} (${literal})`
}

/** RFC 3848 and RFC 6531 §4.3: what was spoken, over TLS or not, by somebody who logged in or not. */
function withProtocol({ protocol, hello, channel, identity }: Session, utf8: boolean): string {
  if (protocol === 'SMTP' && hello?.extended !== true) return 'SMTP'
  const base = utf8 ? `UTF8${protocol}` : protocol === 'LMTP' ? 'LMTP' : 'ESMTP'
  return `${base}${channel.secure ? 'S' : ''}${identity === null ? '' : 'A'}`
}

/** date-time (RFC 5322 §3.3), in UTC. */
export function dateTime(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}
