/** Header conversion, which knows only the default target and needs a charset (RFC 5259 §6). */
import { charsetRule, replacementRule } from '../charsets.ts'
import { type ConversionParameter, ConvertProblem } from '../problem.ts'
import { impossible } from '../registry.ts'
import type { Tools } from '../run/tools.ts'

/** What an error calls the two sides: a header is text, as whoever reads it sees. */
export const headerTypes = { from: 'text/rfc822-headers', to: 'text/rfc822-headers' } as const

export async function convertHeader(given: readonly ConversionParameter[], tools: Tools): Promise<Uint8Array> {
  const { from, to } = headerTypes
  const rules = {
    charset: charsetRule,
    'unknown-character-replacement': replacementRule(tools.limits.replacementOctets),
  }
  const values = new Map<string, string>()
  const wrong = given.filter(([name, value]) => {
    const lower = name.toLowerCase()
    const parsed = lower === 'charset' || lower === 'unknown-character-replacement' ? rules[lower].parse(value) : null
    if (parsed === null || values.has(lower)) return true
    values.set(lower, parsed)
    return false
  })
  if (wrong.length > 0) throw impossible(from, to, wrong, 'Headers cannot be converted like this')
  const charset = values.get('charset')
  if (charset === undefined) {
    throw new ConvertProblem({ code: 'MISSINGPARAMETERS', from, to, names: ['charset'] }, 'charset must be given')
  }
  const replacement = values.get('unknown-character-replacement')
  const settings = { to: charset, ...(replacement === undefined ? {} : { replacement }) }
  return (await tools.task('header', settings, tools.source)).octets
}
