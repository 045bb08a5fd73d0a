/** A policy of MTA-STS (RFC 8461 §3.2). */

export interface StsRules {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** Names, or suffixes behind `*.`, in lower case. */
  readonly mx: readonly string[]
  /** How long it holds. */
  readonly maxAgeSeconds: number
  /** Its lines, for reports (RFC 8460 §4.5). */
  readonly lines: readonly string[]
}

/** RFC 8461 §3.2: a year. */
const longestAgeSeconds = 31_557_600

/** sts-policy-mx-value = ["*."] Domain */
const mxPattern = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

/** null where it is no valid policy. */
export function parseStsPolicy(text: string): StsRules | null {
  const lines = text.split(/\r?\n/).map(line => line.replace(/[ \t]+$/, ''))
  if (lines.at(-1) === '') lines.pop()
  const fields = new Map<string, string>()
  const mx: string[] = []
  for (const line of lines) {
    // sts-policy-ext-name = alphanum *31(alphanum / "_" / "-" / "."); its value has no CTL.
    const [, name, value] = /^([A-Za-z0-9][\w.-]{0,31}):[ \t]*(\P{Cc}+)$/u.exec(line) ?? []
    if (name === undefined || value === undefined) return null
    if (name !== 'mx') {
      if (!fields.has(name)) fields.set(name, value)
      continue
    }
    const pattern = value.toLowerCase()
    if (pattern.length > 255 || !mxPattern.test(pattern)) return null
    mx.push(pattern)
  }
  const mode = (['enforce', 'testing', 'none'] as const).find(each => each === fields.get('mode'))
  const age = fields.get('max_age')
  if (fields.get('version') !== 'STSv1' || mode === undefined) return null
  if (age === undefined || !/^\d{1,10}$/.test(age)) return null
  if (mx.length === 0 && mode !== 'none') return null
  return { mode, mx, maxAgeSeconds: Math.min(Number(age), longestAgeSeconds), lines }
}

/** RFC 8461 §4.1: `*` stands for one whole label. */
export function isAllowedMx(host: string, { mx }: StsRules): boolean {
  const name = host.replace(/\.$/, '').toLowerCase()
  const parent = name.slice(name.indexOf('.') + 1)
  return mx.some(pattern =>
    pattern.startsWith('*.') ? name.includes('.') && parent === pattern.slice(2) : pattern === name,
  )
}
