/** ESMTP and LMTP, one connection after another, for the roles that speak them. */
export { Assembly, contribute, type Share } from './assembly.ts'
export { asText, textOf, textParameters } from './binary-content.ts'
export { Dispatcher } from './dispatch.ts'
export {
  type Answer,
  type CommandRow,
  type Conversation,
  type EsmtpExtension,
  extension,
  type MessageSink,
  type ParameterRow,
  type Receiver,
} from './extension.ts'
export * from './extensions/index.ts'
export { asciiDomain, asciiForm, domainOf, localForm } from './grammar/domain.ts'
export { isAscii, parseAddress } from './grammar/path.ts'
export { encodeUtf8AddressXtext, encodeXtext } from './grammar/xtext.ts'
export { defaultEsmtpLimits, type EsmtpLimits } from './limits.ts'
export { Refusal, replyTo } from './problem.ts'
export { printable, type Reply, replies, reply, type StatusCode } from './reply.ts'
export { type EsmtpListener, type EsmtpOptions, type EsmtpService, serveEsmtp } from './service.ts'
export type {
  Hello,
  MailParameters,
  Protocol,
  RcptParameters,
  Recipient,
  Session,
  State,
  Transaction,
} from './session.ts'
export { dateTime, localReceivedField, receivedField, returnPathField } from './trace.ts'
export { TextInspector } from './wire/text-inspector.ts'
