/** converterror-phrase: what stands in the place of data that could not be converted (RFC 5259 §9, §10). */
import type { ConvertProblem } from '@lemonade/convert'
import type { Session } from '../../session.ts'
import type { Writer } from '../../wire/writer.ts'

/** Why a part was not converted, as the client is told. `NOPART` is BADPARAMETERS of a part that is not there. */
export interface Refusal {
  readonly message: string
  readonly error: ConvertProblem['error'] | { readonly code: 'NOPART'; readonly to: string }
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
