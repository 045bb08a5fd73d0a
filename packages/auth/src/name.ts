/** Account names as they are compared: addresses, case-folded, in UTF-8. */
import { domainToUnicode } from 'node:url'

/** Longer names exist nowhere: 64 octets, '@', 255 octets (RFC 5321 §4.5.3.1), each up to three UTF-8 octets a unit. */
const longestName = 320

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const forbidden = /[\u0000-\u001f\u007f-\u009f\p{Zs}\p{Zl}\p{Zp}\p{Cn}\p{Cs}\p{Co}]/u
/** Fullwidth and halfwidth forms (RFC 8265 §3.3.1, the width mapping rule). */
const wide = /[\uff01-\uffee]/g

/**
 * The UsernameCaseMapped form (RFC 8265 §3.3) of a name: widths mapped, lower case, NFC. Spellings of one address are
 * one name: a quoted local part that need not be quoted, a domain in its ASCII form or with a dot at its end. Null for
 * what can name no account: nothing, controls, spaces, unassigned code points, or more than 320 characters.
 */
export function accountName(name: string): string | null {
  if (name === '' || name.length > longestName) return null
  const folded = name
    .replace(wide, character => character.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC')
  if (forbidden.test(folded)) return null
  const at = folded.lastIndexOf('@')
  if (at === -1) return folded
  const domain = domainToUnicode(folded.slice(at + 1).replace(/\.$/, ''))
  return domain === '' ? null : `${unquoted(folded.slice(0, at))}@${domain}`
}

/** RFC 5321 §4.1.2: quoted where it need not be, it is the same local part. */
function unquoted(local: string): string {
  const plain = /^"((?:[^"\\]|\\.)*)"$/.exec(local)?.[1]?.replace(/\\(.)/g, '$1')
  return plain !== undefined && /^[^\s@,;:<>()[\]\\"]+$/.test(plain) ? plain : local
}
