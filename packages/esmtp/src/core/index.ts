import type { EsmtpExtension } from '../extension.ts'
import type { Protocol } from '../session.ts'
import { data } from './data.ts'
import { hello } from './hello.ts'
import { others } from './others.ts'
import { transaction } from './transaction.ts'

/** The base protocol. */
export function core(protocol: Protocol): readonly EsmtpExtension[] {
  return [hello(protocol), transaction, data, others]
}
