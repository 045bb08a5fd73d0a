import type { CommandRow, EsmtpExtension, ParameterRow } from './extension.ts'
import type { MailParameters, RcptParameters, Session } from './session.ts'

/** The tables that a service's extensions add up to. */
export interface Registry {
  readonly commands: ReadonlyMap<string, CommandRow>
  readonly mailParameters: ReadonlyMap<string, ParameterRow<MailParameters>>
  readonly rcptParameters: ReadonlyMap<string, ParameterRow<RcptParameters>>
  readonly mailValues: ReadonlyMap<string, (parameters: MailParameters) => void>
  readonly statusCodes: boolean
  /** The EHLO keywords that hold now, in the extensions' order. */
  keywords(session: Session): readonly string[]
  allowsUtf8Paths(parameters: MailParameters): boolean
  forbidsData(parameters: MailParameters): boolean
}

/** Merges extensions. Throws where two own one name: such a server must not start. */
export function registryOf(extensions: readonly EsmtpExtension[]): Registry {
  return {
    commands: merge(extensions, e => e.commands),
    mailParameters: merge(extensions, e => e.mailParameters),
    rcptParameters: merge(extensions, e => e.rcptParameters),
    mailValues: merge(extensions, e => e.mailValues),
    statusCodes: extensions.some(e => e.statusCodes === true),
    keywords: session => extensions.map(e => e.advertise?.(session) ?? null).filter(keyword => keyword !== null),
    allowsUtf8Paths: parameters => extensions.some(e => e.allowsUtf8Paths?.(parameters) === true),
    forbidsData: parameters => extensions.some(e => e.forbidsData?.(parameters) === true),
  }
}

function merge<Row>(
  extensions: readonly EsmtpExtension[],
  rows: (extension: EsmtpExtension) => Readonly<Record<string, Row>> | undefined,
): ReadonlyMap<string, Row> {
  const merged = new Map<string, Row>()
  for (const extension of extensions) {
    for (const [name, row] of Object.entries(rows(extension) ?? {})) {
      if (merged.has(name)) throw new Error(`two ESMTP extensions own ${name}`)
      merged.set(name, row)
    }
  }
  return merged
}
