/** The TXT record by which a domain says that it has a policy (RFC 8461 §3.1), and the same form of RFC 8460 §3. */

/**
 * The fields of the one record that begins with a version; null where there is none, more than one, or one of another
 * form. `records` are those of the name, each in its strings.
 */
export function versionedFields(
  records: readonly (readonly string[])[],
  version: string,
): ReadonlyMap<string, string> | null {
  // sts-field-delim = *WSP ";" *WSP
  const begins = new RegExp(`^v=${version}[ \\t]*;`)
  const [text, ...others] = records.map(strings => strings.join('')).filter(record => begins.test(record))
  if (text === undefined || others.length > 0) return null
  const pieces = text.split(/[ \t]*;[ \t]*/)
  if (pieces.at(-1) === '') pieces.pop()
  const fields = new Map<string, string>()
  for (const piece of pieces.slice(1)) {
    // sts-ext-name = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
    const [, name, value] = /^([A-Za-z0-9][\w.-]{0,31})=(.+)$/.exec(piece) ?? []
    if (name === undefined || value === undefined) return null
    if (!fields.has(name)) fields.set(name, value)
  }
  return fields
}

/** sts-id = "id=" 1*32(ALPHA / DIGIT); null where the domain announces no policy. */
export function stsId(records: readonly (readonly string[])[]): string | null {
  const fields = versionedFields(records, 'STSv1')
  if (fields === null) return null
  // sts-ext-value = 1*(%x21-3A / %x3C / %x3E-7E)
  for (const value of fields.values()) if (!/^[!-:<>-~]+$/.test(value)) return null
  const id = fields.get('id')
  return id !== undefined && /^[A-Za-z0-9]{1,32}$/.test(id) ? id : null
}
