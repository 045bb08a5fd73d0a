/** A parameter of MAIL or RCPT; the value is null where there is none. */
export interface Parameter {
  readonly keyword: string
  readonly value: string | null
}

/**
 * Mail-parameters, Rcpt-parameters = esmtp-param *(SP esmtp-param) (RFC 5321 §4.1.2); values may hold UTF-8
 * (RFC 6531 §3.3). Keywords come in upper case. Null where they are none, or where one comes twice.
 */
export function parseParameters(text: string): readonly Parameter[] | null {
  if (text === '') return []
  const parameters: Parameter[] = []
  const seen = new Set<string>()
  for (const word of text.split(/ +/)) {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\u{10ffff}]+))?$/u.exec(word)
    if (match === null) return null
    const keyword = (match[1] ?? '').toUpperCase()
    if (seen.has(keyword)) return null
    seen.add(keyword)
    parameters.push({ keyword, value: match[2] ?? null })
  }
  return parameters
}
