/** Replies of ESMTP and LMTP: what may be said, in one table. */

/** An enhanced status code (RFC 3463 §2); null where RFC 2034 §4 wants none (greeting, HELO, EHLO, 3yz). */
export type StatusCode = `${2 | 4 | 5}.${number}.${number}` | null

export interface Reply {
  /** RFC 5321 §4.2. */
  readonly code: number
  readonly status: StatusCode
  /** At least one. */
  readonly lines: readonly string[]
  /** True where the server ends the connection behind it. */
  readonly last?: boolean
}

/** One reply. Its texts come from this program or are made printable by `printable`. */
export function reply(code: number, status: StatusCode, ...lines: readonly string[]): Reply {
  return { code, status, lines: lines.length === 0 ? [''] : lines }
}

/** A reply after which the server closes (RFC 5321 §3.8). */
export function closing(code: number, status: StatusCode, text: string): Reply {
  return { code, status, lines: [text], last: true }
}

/** The text with each control character as '?': what came from a peer must not end a line. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?')
}

/** Every reply with a fixed text. */
export const replies = {
  ok: reply(250, '2.0.0', 'OK'),
  bye: closing(221, '2.0.0', 'Bye'),
  reset: reply(250, '2.0.0', 'Forgotten'),
  senderOk: reply(250, '2.1.0', 'Sender OK'),
  recipientOk: reply(250, '2.1.5', 'Recipient OK'),
  startMail: reply(354, null, 'Start mail input; end with <CRLF>.<CRLF>'),
  delivered: reply(250, '2.0.0', 'Delivered'),
  help: reply(214, '2.0.0', 'The commands are those of RFC 5321'),
  cannotVerify: reply(252, '2.0.0', 'Cannot verify, but will accept a message and try'),
  noExpansion: reply(502, '5.5.1', 'EXPN is not offered'),

  startTls: reply(220, '2.0.0', 'Go ahead'),
  tlsActive: reply(503, '5.5.1', 'TLS is active already'),
  tlsUnavailable: reply(454, '4.7.0', 'TLS is not available at the moment'),

  authenticated: reply(235, '2.7.0', 'Authentication succeeded'),
  authRequired: reply(530, '5.7.0', 'Authentication required'),
  authInvalid: reply(535, '5.7.8', 'Authentication credentials invalid'),
  authUnavailable: reply(454, '4.7.0', 'Authentication is not available at the moment, try later'),
  authThrottled: reply(454, '4.7.0', 'Too many failed attempts, try later'),
  authTooWeak: reply(534, '5.7.9', 'Authentication mechanism is too weak'),
  authNeedsTls: reply(538, '5.7.11', 'Encryption required for this mechanism'),
  authUnknown: reply(504, '5.5.4', 'Unrecognized authentication mechanism'),
  authCancelled: reply(501, '5.7.0', 'Authentication cancelled'),
  authMalformed: reply(501, '5.5.2', 'Cannot decode the response'),
  authTooLong: reply(500, '5.5.6', 'Authentication exchange line is too long'),
  authTwice: reply(503, '5.5.1', 'Already authenticated'),

  unknownCommand: reply(500, '5.5.1', 'Command not recognized'),
  badSyntax: reply(501, '5.5.4', 'Syntax error in the arguments'),
  badCommandLine: reply(500, '5.5.2', 'Only printable characters, and lines that end in CRLF'),
  bareNewlineInCommand: closing(500, '5.5.2', 'Bare LF: commands end in CRLF (RFC 5321 section 2.3.8)'),
  otherProtocol: closing(500, '5.5.1', 'This is no command of a mail protocol'),
  lineTooLong: reply(500, '5.5.2', 'Command line is too long'),
  helloFirst: reply(503, '5.5.1', 'Say hello first'),
  mailFirst: reply(503, '5.5.1', 'MAIL first'),
  inTransaction: reply(503, '5.5.1', 'Not during a mail transaction'),
  inMessage: reply(503, '5.5.1', 'The message has begun: only its rest, or RSET'),
  notByData: reply(503, '5.5.1', 'A binary message does not come by DATA'),
  recipientFirst: reply(503, '5.5.1', 'RCPT first'),
  noRecipients: reply(554, '5.5.1', 'No valid recipients'),
  unknownParameter: reply(555, '5.5.4', 'Parameter not recognized'),
  badParameter: reply(501, '5.5.4', 'Syntax error in a parameter'),
  tooSoon: reply(555, '5.5.4', 'The time for delivery is shorter than what DELIVERBY says'),
  badHelloName: reply(501, null, 'Domain or address literal expected'),
  badReversePath: reply(501, '5.1.7', "Bad sender's mailbox address syntax"),
  badForwardPath: reply(501, '5.1.3', 'Bad destination mailbox address syntax'),
  nonAsciiPath: reply(553, '5.6.7', 'Non-ASCII addresses need the SMTPUTF8 parameter'),

  noSuchRecipient: reply(550, '5.1.1', 'No such mailbox here'),
  relayDenied: reply(550, '5.7.1', 'Relaying denied'),
  notYourAddress: reply(550, '5.7.1', 'The address is not one of yours'),
  tooManyRecipients: reply(452, '4.5.3', 'Too many recipients'),
  tooManyMails: closing(421, '4.7.0', 'Too many messages on one connection, make another'),
  tooManyDomains: reply(452, '4.5.3', 'Too many domains on one connection, make another'),
  tooBig: reply(552, '5.3.4', 'Message is too big'),
  bareNewline: reply(550, '5.6.0', 'Bare LF in the message: lines end in CRLF (RFC 5321 section 2.3.8)'),
  strayDot: reply(550, '5.6.0', 'Malformed end of data in the message: only CRLF.CRLF ends it'),
  textLineTooLong: reply(550, '5.6.0', 'A line of the message is too long'),
  mailLoop: reply(554, '5.4.6', 'Too many hops: a mail loop'),

  earlyTalker: closing(554, '5.5.1', 'Wait for the greeting (RFC 5321 section 3.1)'),
  tooManyErrors: closing(421, '4.7.0', 'Too many errors'),
  tooManyCommands: closing(421, '4.7.0', 'Too many commands without a message'),
  tooManyConnections: closing(421, '4.7.0', 'Too many connections, try later'),
  tooManyMessages: closing(421, '4.7.0', 'Too many messages from your address, try later'),
  timeout: closing(421, '4.4.2', 'Waited too long'),
  shuttingDown: closing(421, '4.3.2', 'Shutting down, try later'),
  tooMuchData: closing(552, '5.3.4', 'Message is far too big'),
  localError: reply(451, '4.3.0', 'Local error, try later'),
} as const satisfies Record<string, Reply>
