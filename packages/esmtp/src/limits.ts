/** Every bound of an ESMTP or LMTP conversation. Times are seconds, sizes octets. */
export interface EsmtpLimits {
  /** Connections of one listener group at a time. */
  readonly connections: number
  /** Of those, from one address. */
  readonly connectionsPerAddress: number
  /** Connections that one address may begin in a minute; 0 for as many as it wants. */
  readonly connectionsPerMinute: number
  /** A command line with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512, RFC 3461 §5.4 and RFC 4954 §4 for more. */
  readonly commandOctets: number
  /** A line of a SASL exchange (RFC 4954 §4 asks for 12288). */
  readonly authOctets: number
  /** A path between its angle brackets (RFC 5321 §4.5.3.1.3 asks for 256; 64 + 1 + 255 is what its parts may add up to). */
  readonly pathOctets: number
  /** A line of the message. RFC 5321 §4.5.3.1.6 asks for 1000; real mail has far longer ones. */
  readonly textLineOctets: number
  /** A message, as SIZE counts it (RFC 1870 §5). */
  readonly messageOctets: number
  /** MAIL commands of a session (RFC 9422 §4.1); 0 for as many as there are. */
  readonly mails: number
  /** RCPT commands of a transaction (RFC 5321 §4.5.3.1.8 asks for at least 100, RFC 9422 §4.2). */
  readonly recipients: number
  /** Domains of the recipients of a session (RFC 9422 §4.3); 0 for as many as there are. */
  readonly recipientDomains: number
  /** The shortest time for delivery behind which a message may be returned (RFC 2852 §3). */
  readonly deliverBySeconds: number
  /** Commands between two messages; RCPT and those of a SASL exchange do not count. */
  readonly commandsWithoutMail: number
  /** Refused commands between two messages, before the connection ends. */
  readonly errors: number
  /** Refused commands between two messages that are answered at once; later ones wait, but for clients on this machine. */
  readonly promptErrors: number
  /** How long the answer to a refused command waits then. */
  readonly errorDelaySeconds: number
  /** How long a client that is not on this machine must be silent before it is greeted; who talks is sent away. 0 for not at all. */
  readonly greetingSeconds: number
  /** Without a word from the client (RFC 5321 §4.5.3.2.7 asks for 300). */
  readonly idleSeconds: number
  /** From the first to the last octet of a message, however steadily it comes. */
  readonly dataSeconds: number
}

export const defaultEsmtpLimits: EsmtpLimits = {
  connections: 2000,
  connectionsPerAddress: 100,
  connectionsPerMinute: 300,
  commandOctets: 4096,
  authOctets: 12_288,
  pathOctets: 320,
  textLineOctets: 1_048_576,
  messageOctets: 52_428_800,
  mails: 0,
  recipients: 1000,
  recipientDomains: 0,
  deliverBySeconds: 10,
  commandsWithoutMail: 200,
  errors: 50,
  promptErrors: 10,
  errorDelaySeconds: 1,
  greetingSeconds: 0,
  idleSeconds: 300,
  dataSeconds: 3600,
}
