/** Text in another charset, and plain text with its lines otherwise (RFC 5259 §7.1, RFC 3676). */
import type { ConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { encodeText, textOf } from './charset.ts'
import { fixedLines, flowedParagraphs, toFixed, toFlowed } from './flowed.ts'
import type { TaskResult, TaskSettings } from './task.ts'

/** settings: from (charset, or empty), to (charset), replacement; flowed, delSp of the source; format to come. */
export function recode(octets: Buffer, settings: TaskSettings, limits: ConvertLimits): TaskResult {
  if (octets.length > limits.textOctets) throw new Refusal('The text is too large')
  const text = textOf(octets, String(settings['from'] ?? ''))
  return encodedResult(reflowed(text, settings), settings, limits)
}

/** The end of every conversion to text. */
export function encodedResult(text: string, settings: TaskSettings, limits: ConvertLimits): TaskResult {
  const replacement = settings['replacement']
  const octets = encodeText(
    text,
    String(settings['to'] ?? 'utf-8'),
    typeof replacement === 'string' ? replacement : undefined,
  )
  if (octets.length > limits.outputOctets) throw new Refusal('The result is too large')
  return { octets, facts: {} }
}

function reflowed(text: string, settings: TaskSettings): string {
  const format = settings['format']
  if (format === undefined) return text
  const paragraphs = settings['flowed'] === true ? flowedParagraphs(text, settings['delSp'] === true) : fixedLines(text)
  return format === 'flowed' ? toFlowed(paragraphs) : toFixed(paragraphs)
}
