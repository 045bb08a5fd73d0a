/**
 * sieve.js: a Sieve (RFC 5228) compiler and interpreter that knows no store and no network.
 *
 * `compile` makes a program or tells all that is wrong with a script. `run` is a generator that asks and acts;
 * `execute` runs it against a host object. Every capability, the base language included, is an `extension` value.
 */

export type { SieveAddress } from './address.ts'
export type { Arguments } from './arguments.ts'
export { type Compiled, type CompileOptions, compile } from './compile.ts'
export { describeAct } from './describe.ts'
export { type Diagnostic, formatDiagnostics, type Position } from './diagnostic.ts'
export type { EditedMessage, OctetRange, Piece } from './edition.ts'
export { execute, type SieveHost } from './execute.ts'
export {
  type AddressPart,
  type Asking,
  BadText,
  type Command,
  type EnvelopePart,
  extension,
  type FieldSource,
  type FieldValues,
  type Modifier,
  type Namespace,
  type SieveExtension,
  type Test,
} from './extension.ts'
export {
  capabilities,
  conversion,
  deliverBy,
  deliveryOnly,
  extensions,
  furtherNotifyMethods,
  notifySchemes,
  refusals,
} from './extensions/index.ts'
export { defaultSieveLimits, type SieveLimits } from './limits.ts'
export { inclusions, type LinkOptions, link, type ScriptSource } from './link.ts'
export type { Machine, MailboxEvent } from './machine.ts'
export type { Comparator, Match, MatchType } from './match.ts'
export { type DeliverBy, messageOf, type SieveEnvelope, type SieveMessage } from './message.ts'
export { type Mailto, parseMailto } from './notify-methods/mailto.ts'
export { type NotifyMethod, schemeOf } from './notify-methods/method.ts'
export { parseWebPush } from './notify-methods/web-push.ts'
export { parseXmpp, type Xmpp } from './notify-methods/xmpp.ts'
export type { Included, Node, Program, Template, Text, Value } from './program.ts'
export { type RunOptions, run } from './run.ts'
export { includedKey, judgeScriptName, type ScriptLocation, type ScriptReference } from './script-name.ts'
export {
  type Argument,
  type Judgement,
  number,
  type Rules,
  type Signature,
  string,
  strings,
  type Tag,
  Unavailable,
} from './signature.ts'
export {
  type Act,
  type Answer,
  type Ask,
  type ContentVerdict,
  type ConversionResult,
  type FileCopy,
  isAsk,
  type Outcome,
  type Refusal,
  type Remembrance,
  type RuntimeError,
  type Step,
} from './step.ts'
