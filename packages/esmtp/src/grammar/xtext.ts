/** xtext = *( xchar / hexchar ) (RFC 3461 §4). Null where the value is none. */
export function decodeXtext(value: string): string | null {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(value)) return null
  return value.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The text as xtext; it must be US-ASCII (RFC 3461 §4). */
export function encodeXtext(text: string): string {
  return text.replace(
    /[^!-*,-<>-~]/g,
    character => `+${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/**
 * utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533 §3): characters beyond US-ASCII as they are or as \x{HEX}.
 * Null where the value is none.
 */
export function decodeUtf8AddressXtext(value: string): string | null {
  if (!/^(?:[!-*,-<>-[\]-~\u00a1-\u{10ffff}]|\\x\{(?:[0-9A-F]{2,6})\})*$/u.test(value)) return null
  let sound = true
  const text = value.replace(/\\x\{([0-9A-F]+)\}/g, (_, hex: string) => {
    const point = Number.parseInt(hex, 16)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      sound = false
      return ''
    }
    return String.fromCodePoint(point)
  })
  return sound ? text : null
}

/** The text as utf-8-addr-xtext (RFC 6533 §3), which is US-ASCII whatever it holds. */
export function encodeUtf8AddressXtext(text: string): string {
  return [...text]
    .map(character =>
      /^[!-*,-<>-[\]-~]$/.test(character)
        ? character
        : `\\x{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}}`,
    )
    .join('')
}
