/** converterror-phrase: what stands in the place of data that could not be converted (RFC 5259 §9, §10). */
import { ConvertProblem } from '@lemonade/convert'
import { StoreError } from '@lemonade/store'
import type { Session } from '../../session.ts'
import type { Writer } from '../../wire/writer.ts'

/** Why a part was not converted, as the client is told. `NOPART` is BADPARAMETERS of a part that is not there. */
export interface Refusal {
  readonly message: string
  readonly error: ConvertProblem['error'] | { readonly code: 'NOPART'; readonly to: string }
}

/** Thrown where a conversion is not even begun. */
export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'Refused'
    this.refusal = refusal
  }
}

/** What the client is told of an error; throws it again where it is none of a single conversion. */
export function refusalOf(error: unknown, session: Session): Refusal {
  if (error instanceof Refused) return error.refusal
  if (error instanceof ConvertProblem) return error
  if (!(error instanceof StoreError)) throw error
  session.log.error({ err: error }, 'A part could not be read for its conversion')
  return { message: 'The part cannot be read now', error: { code: 'TEMPFAIL', minutes: 1 } }
}

export function isTemporary({ error }: Refusal): boolean {
  return error.code === 'TEMPFAIL'
}

/** "(" "ERROR" SP convert-err-descript SP convert-error-code ")" */
export function writeRefusal(w: Writer, session: Session, { message, error }: Refusal): void {
  w.ascii('(ERROR ').string(session.say(message)).sp()
  switch (error.code) {
    case 'TEMPFAIL':
      w.ascii('TEMPFAIL ').number(error.minutes)
      break
    case 'NOPART':
      w.ascii('BADPARAMETERS NIL ').string(error.to)
      break
    case 'MISSINGPARAMETERS':
      w.ascii('MISSINGPARAMETERS ').string(error.from).sp().string(error.to).ascii(' (')
      error.names.forEach((name, i) => {
        if (i > 0) w.sp()
        w.string(name)
      })
      w.close()
      break
    case 'BADPARAMETERS':
      w.ascii('BADPARAMETERS ').string(error.from).sp().string(error.to)
      if (error.parameters.length === 0) break
      w.sp().open()
      error.parameters.forEach(([name, value], i) => {
        if (i > 0) w.sp()
        w.string(name).sp().string(value)
      })
      w.close()
  }
  w.close()
}
