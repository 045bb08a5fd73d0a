/** Calendars and contacts as plain text. */
import type { Conversion } from '../conversion.ts'
import { charsetParameters, charsetSettings, textResult } from './text.ts'

export const recordsConversion: Conversion = {
  name: 'records 1',
  from: ['text/calendar', 'text/vcard', 'text/x-vcard', 'text/directory'],
  to: ['text/plain'],
  parameters: charsetParameters,
  sourceParameters: ['charset'],
  async run(job, tools) {
    const { octets } = await tools.task('records', charsetSettings(job), tools.source)
    return textResult(job, octets, [])
  },
}
