/** Text in another charset; plain text whose lines flow or do not; HTML as plain text (RFC 5259 §7.1, §7.2). */
import { parameter } from '@lemonade/mime'
import { charsetRule, replacementRule } from '../charsets.ts'
import type { Conversion, Job } from '../conversion.ts'
import type { Converted } from '../converter.ts'
import { encodingOf } from '../encoding.ts'
import type { ConvertLimits } from '../limits.ts'
import { type ParameterRules, withDefault, wordOf } from '../parameters.ts'
import { Refusal, type Tools } from '../run/tools.ts'
import type { TaskSettings } from '../worker/task.ts'

/** Texts that are read by programs: only their charset changes. */
const markedUp = ['text/calendar', 'text/css', 'text/csv', 'text/enriched', 'text/html', 'text/vcard', 'text/xml']

const formatRule = wordOf('fixed', 'flowed')

/** Every conversion to text knows these two; without a charset it gives UTF-8. */
export function charsetParameters(limits: ConvertLimits): ParameterRules {
  return {
    charset: withDefault(charsetRule, 'utf-8'),
    'unknown-character-replacement': replacementRule(limits.replacementOctets),
  }
}

/** Plain text to plain text asks for something: a charset, or another form of lines. */
export const plainConversion: Conversion = {
  name: 'plain 1',
  ...{ from: ['text/plain'], to: [], toItself: 'only' },
  parameters: limits => ({ ...charsetParameters(limits), format: formatRule }),
  required: given => (given.has('charset') || given.has('format') ? [] : ['charset']),
  sourceParameters: ['charset', 'format', 'delsp'],
  async run(job, tools) {
    const isFlowed = sourceParameter(job, 'format') === 'flowed'
    const format = job.parameters.get('format')
    const settings: TaskSettings = {
      ...charsetSettings(job),
      ...{ flowed: isFlowed, delSp: sourceParameter(job, 'delsp') === 'yes' },
      ...(format === undefined ? {} : { format }),
    }
    const { octets } = await tools.task('recode', settings, tools.source)
    // Whoever asks for the charset alone gets the lines as they are, and is told how to read them.
    const kept = job.from.parameters.filter(([name]) => name === 'format' || name === 'delsp')
    return textResult(job, octets, format === undefined ? kept : [['format', format]])
  },
}

export const markupConversion: Conversion = {
  name: 'markup 1',
  ...{ from: markedUp, to: [], toItself: 'only' },
  parameters: charsetParameters,
  required: given => (given.has('charset') ? [] : ['charset']),
  sourceParameters: ['charset'],
  async run(job, tools) {
    const { octets } = await tools.task('recode', charsetSettings(job), tools.source)
    const kept = job.from.parameters.filter(([name]) => name !== 'charset')
    return textResult(job, octets, kept)
  },
}

export const htmlConversion: Conversion = {
  name: 'html 1',
  from: ['text/html', 'application/xhtml+xml'],
  to: ['text/plain'],
  parameters: limits => ({ ...charsetParameters(limits), format: formatRule }),
  sourceParameters: ['charset'],
  async run(job, tools) {
    const format = job.parameters.get('format')
    const settings = { ...charsetSettings(job), ...(format === undefined ? {} : { format }) }
    const { octets } = await tools.task('html', settings, tools.source)
    return textResult(job, octets, format === undefined ? [] : [['format', format]])
  },
}

/** The text that another step made, in UTF-8, as the client wants it. */
export async function toText(utf8: Uint8Array, job: Job, tools: Tools): Promise<Converted> {
  if (utf8.length > tools.limits.textOctets) throw new Refusal('The text is too large')
  const { octets } = await tools.task('recode', { ...charsetSettings(job), from: 'utf-8' }, utf8)
  return textResult(job, octets, [])
}

export function charsetSettings(job: Job): TaskSettings {
  const replacement = job.parameters.get('unknown-character-replacement')
  return {
    from: sourceParameter(job, 'charset') ?? '',
    to: job.parameters.get('charset') ?? 'utf-8',
    ...(replacement === undefined ? {} : { replacement }),
  }
}

export function textResult(job: Job, octets: Uint8Array, more: Converted['mediaType']['parameters']): Converted {
  const [type = '', subtype = ''] = job.to.split('/')
  const charset = job.parameters.get('charset') ?? 'utf-8'
  return {
    mediaType: { type, subtype, parameters: [['charset', charset], ...more] },
    octets,
    encoding: encodingOf(octets),
  }
}

function sourceParameter({ from }: Job, name: string): string | undefined {
  return parameter(from.parameters, name)?.toLowerCase()
}
