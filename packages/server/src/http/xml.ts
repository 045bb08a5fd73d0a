/** As much XML as the pages need: text that is safe to write, and the text of one element of a small request. */

/** XML 1.0 has no way to write these, not even as references. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const references: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }

/** Text for content and for attributes in either quote; also right for HTML. */
export function escaped(text: string): string {
  return text.replace(unwritable, '\ufffd').replace(/[&<>"']/g, found => `&${references[found]};`)
}

/**
 * The text of the first element of that name, whatever its prefix; null where there is none. Null too for a document with a
 * DOCTYPE, comments or CDATA: mail programs send none, and without them there are no entities to expand.
 */
export function elementText(xml: string, name: string): string | null {
  if (xml.includes('<!')) return null
  const element = new RegExp(`<([A-Za-z][\\w.-]{0,63}:)?${name}(?:\\s[^<>]*)?>([^<]*)</\\1${name}\\s*>`)
  const text = element.exec(xml)?.[2]
  return text === undefined ? null : unescaped(text).trim()
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return named[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
